"""What schemathesis is told while it fuzzes: every other id in a path is of something real."""

from __future__ import annotations

import json
import os
import zlib
from typing import Any

import schemathesis

NAMES: dict[str, str] = json.loads(os.environ.get("FUZZ_NAMES", "{}"))


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any]) -> dict[str, Any]:
    """Put the ids of what exists into half of the paths."""
    _empty, _api, app, kind, *_rest = context.operation.path.split("/")
    for name, value in (path_parameters or {}).items():
        known = NAMES.get(name) or NAMES.get(f"{app}/{kind}")
        if known is not None and zlib.crc32(repr(value).encode()) % 2:
            path_parameters[name] = known
    return path_parameters
