"""Digests and descriptions of the project's migrations, independent of import paths."""

from __future__ import annotations

import hashlib
import inspect
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import Field, Model

FOLDER = Path(__file__).parent
DIGESTS = FOLDER / "migrations.sha256"


def app_labels() -> list[str]:
    """Return the labels of the project's own apps that have migrations."""
    return sorted(
        config.label
        for config in apps.get_app_configs()
        if "site-packages" not in config.path and (Path(config.path) / "migrations").is_dir()
    )


def schema_file() -> Path:
    """Return the file with the stored schema of the database that the suite runs on."""
    return FOLDER / f"migrations_{connection.vendor}.json"


def file_digests() -> dict[str, str]:
    """Return the SHA-256 of the file of each migration, by app and name."""
    return {
        f"{label}.{name}": _sha256(Path(inspect.getfile(type(migration))).read_bytes())
        for (label, name), migration in _own_migrations()
    }


def sql_digests() -> dict[str, str]:
    """Return the SHA-256 of the SQL of each migration, without its comments."""
    return {f"{label}.{name}": _sha256(_sql(label, name)) for (label, name), _ in _own_migrations()}


def describe_models() -> dict[str, list[str]]:
    """Describe every table as it is after all migrations, one line per part."""
    state = MigrationLoader(connection).project_state()
    own = [key for key in state.models if key[0] in app_labels()]
    return {
        ".".join(key): list(_describe_parts(state.apps.get_model(*key), state.models[key].options))
        for key in own
    }


def stored_digests() -> dict[str, str]:
    """Return the stored digests of the migration files."""
    lines = [line.split("  ") for line in DIGESTS.read_text().splitlines()]
    return {name: digest for digest, name in lines}


def stored_schema() -> dict[str, Any]:
    """Return the stored schema of the database that the suite runs on."""
    return json.loads(schema_file().read_text())


def record() -> None:
    """Store the current digests and descriptions; the docstring of `record.py` says when."""
    lines = [f"{digest}  {name}\n" for name, digest in sorted(file_digests().items())]
    DIGESTS.write_text("".join(lines))
    schema = {"sql": sql_digests(), "models": describe_models()}
    schema_file().write_text(
        json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    )


def _own_migrations() -> Iterator[tuple[tuple[str, str], Any]]:
    own = set(app_labels())
    for key, migration in sorted(MigrationLoader(None).disk_migrations.items()):
        if key[0] in own:
            yield key, migration


def _sql(label: str, name: str) -> bytes:
    output = io.StringIO()
    call_command("sqlmigrate", label, name, stdout=output, no_color=True)
    lines = output.getvalue().splitlines()
    return "\n".join(line for line in lines if not line.startswith("--")).encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _describe_parts(model: type[Model], options: dict[str, Any]) -> Iterator[str]:
    meta = model._meta
    yield f"table: {meta.db_table}"
    for name, value in sorted(options.items()):
        if name not in ("constraints", "indexes"):
            yield f"option {name}: {value!r}"
    for field in (*meta.local_fields, *meta.local_many_to_many):
        yield f"field {field.name}: {json.dumps(_describe_field(field), sort_keys=True)}"
    for kind, parts in (("constraint", meta.constraints), ("index", meta.indexes)):
        for part in parts:
            path, args, kwargs = part.deconstruct()
            yield f"{kind} {path.rpartition('.')[2]}: {args!r} {sorted(kwargs.items())!r}"


def _describe_field(field: Field) -> dict[str, Any]:
    remote = field.remote_field
    description = {
        "kind": type(field).__name__,
        "column": field.column,
        "type": field.db_type(connection),
        "null": field.null,
        "blank": field.blank,
        "unique": field.unique,
        "primary_key": field.primary_key,
        "index": getattr(field, "db_index", False),
        "default": field.has_default(),
        "db_default": repr(field.db_default) if field.has_db_default() else None,
        "choices": [[str(value), str(label)] for value, label in field.choices or ()],
        "max_length": field.max_length,
    }
    if remote is not None:
        description["to"] = remote.model._meta.label_lower
        description["on_delete"] = getattr(getattr(remote, "on_delete", None), "__name__", None)
        description["db_constraint"] = getattr(field, "db_constraint", None)
    # Omit values that are false or missing.
    return {name: value for name, value in description.items() if value}
