"""Send requests and write the responses to files."""

from __future__ import annotations

import io
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import reduce
from pathlib import Path
from typing import Any

import orjson
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from benchmarks.snapshot.determinism import Placeholders, Source
from benchmarks.snapshot.requests import Request

DROPPED_HEADERS = {"X-Request-ID", "Date"}
# The order of its directives is that of a set, which differs between processes.
UNORDERED_HEADER = "Content-Security-Policy"
# Tables that contain only what `migrate` or logins write.
DROPPED_TABLES = {"django_migrations", "django_session"}
ZIP = b"PK\x03\x04"

Caller = Mapping[str, str]


def stop_database_clock() -> None:
    """Take defaults from the stopped clock instead of the clock of the database."""
    for model in apps.get_models():
        for column in model._meta.local_concrete_fields:
            if isinstance(column.db_default, Now):
                vars(column).pop("_get_default", None)
                column.default = timezone.now


class Session:
    """Logged-in clients of all callers, and values stored from their responses."""

    def __init__(self, callers: Mapping[str, Caller], source: Source) -> None:
        self._callers = callers
        self._clients: dict[str, Client] = {}
        self._values: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._source = source
        self.number = 0

    def send(self, request: Request) -> tuple[Request, Any, bytes]:
        """Send a request; return it as it was sent, the response, and the complete body."""
        self.number += 1
        self._source.start_request(self.number)
        cache.clear()
        sent = request.resolved(self._values[request.caller])
        response = self._call_client(sent)
        content = response.getvalue()
        response.close()
        self._store_values(request, response, content)
        return sent, response, content

    def _call_client(self, request: Request) -> Any:
        client = self._client(request.caller)
        headers = {**request.headers, **self._credentials(request.caller)}
        if request.form is not None:
            return client.post(request.path, request.form, headers=headers)
        return client.generic(
            request.method, request.path, request.data, request.content_type, headers=headers
        )

    def _credentials(self, caller: str) -> dict[str, str]:
        key = self._callers[caller].get("key")
        return {"X-API-Key": key} if key else {}

    def _client(self, caller: str) -> Client:
        if caller not in self._clients:
            client = self._clients[caller] = Client(
                SERVER_NAME="localhost", raise_request_exception=False
            )
            user = self._callers[caller].get("user")
            if user is not None:
                person = get_user_model()._default_manager.get(pk=user)
                client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[-1])
        return self._clients[caller]

    def _store_values(self, request: Request, response: Any, content: bytes) -> None:
        for name, path in request.keep.items():
            value: Any = None
            if response.status_code < 300 and content.startswith((b"{", b"[")):
                value = reduce(_get_part, path.split("."), orjson.loads(content))
            self._values[request.caller][name] = str(value or f"no-{name}")


def _get_part(value: Any, name: str) -> Any:
    if isinstance(value, list):
        return value[int(name)] if int(name) < len(value) else None
    return value.get(name) if isinstance(value, dict) else None


def record(
    requests: Iterable[Request], callers: Mapping[str, Caller], folder: Path, source: Source
) -> Counter[int]:
    """Send all requests; write each response and finally each table to a file; count statuses.

    The clock must be stopped and the source installed.
    """
    folder.mkdir(parents=True)
    stop_database_clock()
    statuses: Counter[int] = Counter()
    placeholders = Placeholders(source.milliseconds)
    session = Session(callers, source)
    for request in requests:
        sent, response, content = session.send(request)
        is_metrics = request.path.startswith("/metrics")
        text = placeholders.apply(format_exchange(sent, response, content), metrics=is_metrics)
        (folder / request.file_name(session.number)).write_bytes(text)
        statuses[response.status_code] += 1
    for name, text in _read_tables():
        (folder / f"table {name}.txt").write_bytes(placeholders.apply(text))
    return statuses


def format_exchange(request: Request, response: Any, content: bytes) -> bytes:
    """Return a request and its response as the text of a file."""
    request_headers = {name: value for name, value in request.headers.items() if value}
    request_lines = [f"{request.method} {request.path} as {request.caller}"]
    request_lines += [f"{name}: {value}" for name, value in sorted(request_headers.items())]
    if request.form is not None:
        request_lines.append(orjson.dumps(request.form, option=orjson.OPT_INDENT_2).decode())
    headers = sorted(
        f"{name}: {_sort_directives(value) if name == UNORDERED_HEADER else value}"
        for name, value in response.headers.items()
        if name not in DROPPED_HEADERS
    )
    cookies = sorted(f"Set-Cookie: {cookie.OutputString()}" for cookie in response.cookies.values())
    lines = [
        *request_lines,
        request.data.decode(),
        "",
        str(response.status_code),
        *headers,
        *cookies,
        "",
    ]
    return "\n".join(lines).encode() + b"\n" + format_body(content) + b"\n"


def _sort_directives(directives: str) -> str:
    return "; ".join(sorted(directives.split("; ")))


def format_body(content: bytes) -> bytes:
    """Return a body as text: unpack archives, and indent JSON if no information is lost."""
    if content.startswith(ZIP):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [(name, archive.read(name)) for name in archive.namelist()]
        return b"\n".join(
            name.encode() + b"\n" + text.replace(b"><", b">\n<") for name, text in members
        )
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        return content
    return (
        orjson.dumps(value, option=orjson.OPT_INDENT_2)
        if orjson.dumps(value) == content
        else content
    )


def _read_tables() -> Iterable[tuple[str, bytes]]:
    """Yield the name and the sorted rows of each table."""
    for name in sorted(set(connection.introspection.table_names()) - DROPPED_TABLES):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")  # noqa: S608
            columns = [column[0] for column in cursor.description or ()]
            rows = sorted(repr(dict(zip(columns, row, strict=True))) for row in cursor.fetchall())
        yield name, "\n".join(rows).encode(errors="backslashreplace")
