"""Looks at an upgraded database from within the app, and prints what is found as JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

import django

from tests.upgrade.databases import PASSWORD


def main(paths: list[str]) -> None:
    """Print the answers to a learner, and what is wrong with content types and permissions."""
    django.setup()
    sys.stdout.write(json.dumps({"answers": _answers(paths), **_rights()}))


def _answers(paths: list[str]) -> dict[str, Any]:
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    body = {"username": "ada", "password": PASSWORD}
    told = client.post("/api/auth/session", body, content_type="application/json")
    assert told.status_code == 200, told.content
    return {path: client.get(path).json() for path in paths}


def _rights() -> dict[str, list[str]]:
    from django.apps import apps
    from django.contrib.auth import get_permission_codename
    from django.contrib.auth.models import Permission
    from django.contrib.contenttypes.models import ContentType

    types = ContentType.objects.all()
    models = {model._meta.label_lower for model in apps.get_models()}
    wanted = {
        f"{model._meta.label_lower} {get_permission_codename(action, model._meta)}"
        for model in apps.get_models()
        for action in model._meta.default_permissions
    }
    found = {
        f"{each.content_type.app_label}.{each.content_type.model} {each.codename}"
        for each in Permission.objects.select_related("content_type")
    }
    return {
        "orphaned_types": [
            f"{each.app_label}.{each.model}" for each in types if not each.model_class()
        ],
        "missing_types": sorted(models - {f"{each.app_label}.{each.model}" for each in types}),
        "orphaned_permissions": sorted(found - wanted),
        "missing_permissions": sorted(wanted - found),
    }


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
