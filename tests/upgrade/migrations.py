"""Digests and descriptions of the project's migrations, free of import paths."""

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


def labels() -> list[str]:
    """Return the labels of the apps that are the project's own and have migrations."""
    return sorted(
        config.label
        for config in apps.get_app_configs()
        if "site-packages" not in config.path and (Path(config.path) / "migrations").is_dir()
    )


def schema_file() -> Path:
    """Return the file of what is stored about the database the suite runs on."""
    return FOLDER / f"migrations_{connection.vendor}.json"


def file_digests() -> dict[str, str]:
    """Return the SHA-256 of each migration's file, by app and name."""
    return {
        f"{label}.{name}": _sha256(Path(inspect.getfile(type(migration))).read_bytes())
        for (label, name), migration in _landed()
    }


def sql_digests() -> dict[str, str]:
    """Return the SHA-256 of the SQL of each migration, without its comments."""
    return {f"{label}.{name}": _sha256(_sql(label, name)) for (label, name), _ in _landed()}


def described_models() -> dict[str, list[str]]:
    """Describe every table as the migrations leave it, a line for each of its parts."""
    state = MigrationLoader(connection).project_state()
    own = [key for key in state.models if key[0] in labels()]
    return {
        ".".join(key): list(_parts(state.apps.get_model(*key), state.models[key].options))
        for key in own
    }


def stored_digests() -> dict[str, str]:
    """Return the digests of files that are stored."""
    lines = [line.split("  ") for line in DIGESTS.read_text().splitlines()]
    return {name: digest for digest, name in lines}


def stored_schema() -> dict[str, Any]:
    """Return what is stored about the database the suite runs on."""
    return json.loads(schema_file().read_text())


def record() -> None:
    """Store the present digests and descriptions; `record.py` says when."""
    lines = [f"{digest}  {name}\n" for name, digest in sorted(file_digests().items())]
    DIGESTS.write_text("".join(lines))
    schema = {"sql": sql_digests(), "models": described_models()}
    schema_file().write_text(
        json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    )


def _landed() -> Iterator[tuple[tuple[str, str], Any]]:
    own = set(labels())
    for key, migration in sorted(MigrationLoader(None).disk_migrations.items()):
        if key[0] in own:
            yield key, migration


def _sql(label: str, name: str) -> bytes:
    told = io.StringIO()
    call_command("sqlmigrate", label, name, stdout=told, no_color=True)
    lines = told.getvalue().splitlines()
    return "\n".join(line for line in lines if not line.startswith("--")).encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _parts(model: type[Model], options: dict[str, Any]) -> Iterator[str]:
    meta = model._meta
    yield f"table: {meta.db_table}"
    for name, value in sorted(options.items()):
        if name not in ("constraints", "indexes"):
            yield f"option {name}: {value!r}"
    for field in (*meta.local_fields, *meta.local_many_to_many):
        yield f"field {field.name}: {json.dumps(_described(field), sort_keys=True)}"
    for kind, parts in (("constraint", meta.constraints), ("index", meta.indexes)):
        for part in parts:
            path, args, kwargs = part.deconstruct()
            yield f"{kind} {path.rpartition('.')[2]}: {args!r} {sorted(kwargs.items())!r}"


def _described(field: Field) -> dict[str, Any]:
    remote = field.remote_field
    told = {
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
        told["to"] = remote.model._meta.label_lower
        told["on_delete"] = getattr(getattr(remote, "on_delete", None), "__name__", None)
        told["db_constraint"] = getattr(field, "db_constraint", None)
    # What is false or missing goes without saying.
    return {name: value for name, value in told.items() if value}
