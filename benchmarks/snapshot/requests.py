"""A request of the snapshot, and functions that save and load lists of requests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from string import Template
from typing import Any

JSON = "application/json"


@dataclass(frozen=True)
class Request:
    """One HTTP request.

    `path`, `body` and `headers` may contain `$name`, a placeholder for a value from an earlier
    response to the same caller. `keep` maps the names of values to store from this response to
    their paths in its JSON.
    """

    caller: str
    method: str
    path: str
    body: Any = None
    form: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = JSON
    keep: dict[str, str] = field(default_factory=dict)

    def resolved(self, values: dict[str, str]) -> Request:
        """Return the request with stored values in place of their names."""
        raw = json.dumps(asdict(self))
        quoted = {name: json.dumps(value)[1:-1] for name, value in values.items()}
        return Request(**json.loads(Template(raw).safe_substitute(quoted)))

    @property
    def data(self) -> bytes:
        """The bytes of the body."""
        if self.body is None:
            return b""
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()

    def file_name(self, number: int) -> str:
        """Return the name of the file that contains the response."""
        words = re.sub(r"[^\w$=&.-]+", "_", self.path).strip("_")[:90]
        language = self.headers.get("Accept-Language")
        suffix = f".{language}" if language else ""
        return f"{number:05} {self.caller} {self.method} {words}{suffix}.txt"


def save(requests: Iterable[Request], file: Path) -> None:
    """Write requests to a file, one per line."""
    file.write_text("".join(f"{json.dumps(asdict(request))}\n" for request in requests))


def load(file: Path) -> list[Request]:
    """Read requests from a file written by `save`."""
    return [Request(**json.loads(line)) for line in file.read_text().splitlines()]
