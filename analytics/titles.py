"""What skills are called whose codes another app knows: an exercise's skill is its content."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from infra.identifiers import parse_uuid

TitlesOf = Callable[[Collection[str]], Mapping[str, str]]


def titles_of(codes: Collection[str]) -> Mapping[str, str]:
    """Return the titles of those of these codes that are known; only of ids anybody is asked.

    Whom to ask is a setting, since this app knows none of those above it.
    """
    ids = [code for code in codes if parse_uuid(code)]
    if not ids:
        return {}
    return cast("TitlesOf", import_string(settings.SKILL_TITLES))(ids)
