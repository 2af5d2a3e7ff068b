"""The models whose rows belong to one facility, according to the foreign keys that cascade."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.apps import apps
from django.db.models import CASCADE, ForeignKey, Model
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from analytics.models import LearnerSnapshot
from roster.models import Facility
from roster.models.login_sessions import LoginSession

# The keys and times of snapshots are inside a compressed column; clones get their own. Logins and
# second factors belong to real people.
NOT_CLONED = {LearnerSnapshot, LoginSession, StaticDevice, StaticToken, TOTPDevice}


def find_owned_models() -> dict[type[Model], str]:
    """Return the models whose rows are cloned with their facility, and the lookup of its key.

    These are the rows that are deleted with it.
    """
    owned: dict[type[Model], str] = {Facility: "pk"}
    while found := next(_find_children(owned), None):
        model, key = found
        owned[model] = f"{key.name}__{owned[key.related_model]}"
    return owned


def find_dependents(
    roots: Collection[type[Model]], models: Collection[type[Model]]
) -> set[type[Model]]:
    """Return the roots, and those of the models that depend on them directly or indirectly."""
    found = set(roots)
    while more := {
        model
        for model in models
        if model not in found and any(key.related_model in found for key in _cascading_keys(model))
    }:
        found |= more
    return found


def _find_children(
    owned: Collection[type[Model]],
) -> Iterator[tuple[type[Model], ForeignKey[Any, Any]]]:
    """Yield other models that depend on one of these, with the key; nullable keys come last."""
    for is_null in (False, True):
        for model in apps.get_models(include_auto_created=True):
            if (
                model in owned
                or model in NOT_CLONED
                or model._meta.proxy
                or not model._meta.managed
            ):
                continue
            for key in _cascading_keys(model):
                if key.null == is_null and key.related_model in owned:
                    yield model, key


def _cascading_keys(model: type[Model]) -> Iterator[ForeignKey[Any, Any]]:
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey) and field.remote_field.on_delete is CASCADE:
            yield field
