"""A request of the snapshot, and how lists of them are stored."""

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

    `path`, `body` and `headers` may contain `$name`, which stands for a value that an earlier
    response of the same caller had; `keep` lists these by name, with their path in the JSON.
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
        """Return the request with kept values in place of their names."""
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
        """Return the name of the file that holds the response."""
        words = re.sub(r"[^\w$=&.-]+", "_", self.path).strip("_")[:90]
        language = self.headers.get("Accept-Language")
        suffix = f".{language}" if language else ""
        return f"{number:05} {self.caller} {self.method} {words}{suffix}.txt"


def save(requests: Iterable[Request], file: Path) -> None:
    """Write requests, one a line."""
    file.write_text("".join(f"{json.dumps(asdict(request))}\n" for request in requests))


def load(file: Path) -> list[Request]:
    """Read requests that were saved."""
    return [Request(**json.loads(line)) for line in file.read_text().splitlines()]
