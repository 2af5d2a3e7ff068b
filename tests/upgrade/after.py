"""Inspect an upgraded database from inside the app, and print the result as JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

import django

from tests.upgrade.databases import PASSWORD


def main(paths: list[str]) -> None:
    """Print the responses to a learner, and errors in content types and permissions."""
    django.setup()
    sys.stdout.write(json.dumps({"answers": _read_responses(paths), **_check_permissions()}))


def _read_responses(paths: list[str]) -> dict[str, Any]:
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    body = {"username": "ada", "password": PASSWORD}
    response = client.post("/api/auth/session", body, content_type="application/json")
    assert response.status_code == 200, response.content
    return {path: client.get(path).json() for path in paths}


def _check_permissions() -> dict[str, list[str]]:
    from django.apps import apps
    from django.contrib.auth import get_permission_codename
    from django.contrib.auth.models import Permission
    from django.contrib.contenttypes.models import ContentType

    types = ContentType.objects.all()
    models = {model._meta.label_lower for model in apps.get_models()}
    expected = {
        f"{model._meta.label_lower} {get_permission_codename(action, model._meta)}"
        for model in apps.get_models()
        for action in model._meta.default_permissions
    }
    existing = {
        f"{row.content_type.app_label}.{row.content_type.model} {row.codename}"
        for row in Permission.objects.select_related("content_type")
    }
    return {
        "orphaned_types": [
            f"{row.app_label}.{row.model}" for row in types if not row.model_class()
        ],
        "missing_types": sorted(models - {f"{row.app_label}.{row.model}" for row in types}),
        "orphaned_permissions": sorted(existing - expected),
        "missing_permissions": sorted(expected - existing),
    }


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
