"""Migration operation that renames a model's permissions, for migrations that rename a model.

Django renames only the model's content type.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.migrations import RunPython


def rename_permissions(app_label: str, before: str, after: str) -> RunPython:
    """Return an operation that renames a model's permissions; the names are `verbose_name`s."""
    return RunPython(_make_rename(app_label, before, after), _make_rename(app_label, after, before))


def _make_rename(app_label: str, before: str, after: str) -> Callable[[Any, Any], None]:
    old, new = before.replace(" ", ""), after.replace(" ", "")

    def rename(apps: Any, _schema_editor: Any) -> None:
        permissions = apps.get_model("auth", "Permission").objects.filter(
            content_type__app_label=app_label, codename__endswith=f"_{old}"
        )
        for permission in permissions:
            permission.codename = permission.codename.replace(old, new)
            permission.name = permission.name.replace(before, after)
            permission.save(update_fields=["codename", "name"])

    return rename
