"""Schemathesis hooks for fuzzing: ids of existing rows, fewer Idempotency-Keys, NDJSON bodies."""

from __future__ import annotations

import itertools
import json
import os
import zlib
from typing import Any

import schemathesis

_calls = itertools.count()
EXISTING_IDS: dict[str, str] = json.loads(os.environ.get("FUZZ_NAMES", "{}"))


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:  # noqa: ARG001
    """Replace half of the ids in the path by ids of existing rows, and remove half of the keys.

    Many requests have the same Idempotency-Key: those with another body would all be rejected.
    """
    app, kind = [*case.operation.path.split("/"), "", ""][2:4]
    for name, value in (case.path_parameters or {}).items():
        known = EXISTING_IDS.get(name) or EXISTING_IDS.get(f"{app}/{kind}")
        if known is not None and zlib.crc32(repr(value).encode()) % 2:
            case.path_parameters[name] = known
    if next(_calls) % 2:
        (case.headers or {}).pop("Idempotency-Key", None)


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:  # noqa: ARG001
    """Describe the lines of NDJSON like the rows of a JSON array."""
    for path in raw_schema["paths"].values():
        for operation in path.values():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/x-ndjson" in content:
                rows = content["application/json"]["schema"]
                content["application/x-ndjson"] = {"schema": rows}


@schemathesis.serializer("application/x-ndjson")
def write_lines(context: Any, value: Any) -> bytes:  # noqa: ARG001
    """Return rows as NDJSON; anything else as one line."""
    rows = value if isinstance(value, list) else [value]
    return b"\n".join(json.dumps(row).encode() for row in rows)
