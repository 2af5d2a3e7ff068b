"""An OpenAPI document of the admin's pages, to fuzz them: `python -m benchmarks.fuzz_pages`."""

from __future__ import annotations

import json
import re
from typing import Any

import django

django.setup()

from django.apps import apps  # noqa: E402
from django.contrib import admin  # noqa: E402
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR, SEARCH_VAR  # noqa: E402
from django.db.models import Model, QuerySet  # noqa: E402

from analytics.models import Item, Skill  # noqa: E402
from benchmarks.snapshot.routes import find_existing  # noqa: E402
from logger.models import AttemptLog, MasteryLog  # noqa: E402
from roster.models import User  # noqa: E402

# They would end the session that the other requests use.
EXCLUDED = {"admin/logout/", "admin/login/"}
# Parameters of coach pages, and the ids for them; other pages have the model in their path.
IDS: dict[str, QuerySet[Any, Any]] = {
    "learner": User.objects.values_list("pk", flat=True),
    "skill": Skill.objects.values_list("pk", flat=True),
    "item": Item.objects.values_list("pk", flat=True),
    "content": MasteryLog.objects.values_list("summary__content_id", flat=True),
    "try": MasteryLog.objects.values_list("pk", flat=True),
    "attempt": AttemptLog.objects.values_list("pk", flat=True),
}
MAX_IDS = 5
STATUSES = ("200", "302", "400", "403", "404", "405")
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def page(route: str) -> dict[str, Any]:
    """Return the OpenAPI path item of a page, half of the ids of which are ids of existing rows."""
    _admin, app, kind, *_rest = [*route.split("/"), "", ""]
    model = apps.all_models.get(app, {}).get(kind)
    in_path = [
        {"in": "path", "name": name, "required": True, "schema": _id(name, model)}
        for name in _PARAMETER.findall(route)
    ]
    in_query = [
        {"in": "query", "name": name, "schema": {"type": "string"}}
        for name in sorted(_query_parameters(model))
    ]
    responses = {status: {"description": "A page."} for status in STATUSES}
    return {"get": {"parameters": in_path + in_query, "responses": responses}}


def _id(name: str, model: type[Model] | None) -> dict[str, Any]:
    """Return the schema of an id in a path."""
    anything = {"type": "string", "minLength": 1}
    ids = IDS.get(name)
    if ids is None and model is not None:
        ids = model._default_manager.values_list("pk", flat=True)
    existing = [] if ids is None else [str(each) for each in ids[:MAX_IDS]]
    return {"anyOf": [{"enum": existing}, anything]} if existing else anything


def _query_parameters(model: type[Model] | None) -> set[str]:
    """Return the parameters of a model's list; those of the coach pages without a model."""
    if model not in admin.site._registry:  # noqa: SLF001  # there is no public API
        return {"class", "group", "since", "until", "from", "after"}
    filters = admin.site._registry[model].list_filter  # noqa: SLF001
    names = [getattr(each, "parameters", ()) for each in filters]
    return {SEARCH_VAR, ORDER_VAR, PAGE_VAR}.union(*names)


def document() -> dict[str, Any]:
    """Return the OpenAPI document."""
    routes = sorted(
        route
        for route, _method in find_existing()
        if route.startswith("admin/") and route not in EXCLUDED
    )
    return {
        "openapi": "3.0.3",
        "info": {"title": "Pages of the admin", "version": "1"},
        "paths": {"/" + _PARAMETER.sub(r"{\1}", route): page(route) for route in routes},
    }


if __name__ == "__main__":
    print(json.dumps(document()))
