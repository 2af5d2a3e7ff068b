"""The ASGI application: receives each request completely, then runs the WSGI application.

Only the WSGI application takes a thread. A client that sends its request or reads its response
slowly holds none.
"""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from io import RawIOBase
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from urllib.parse import unquote_to_bytes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings
from django.core.handlers.exception import response_for_exception
from django.core.handlers.wsgi import WSGIRequest

from config.api_paths import is_api, is_bulk
from config.head_limits import REFUSED, find_refusal
from config.wsgi import Application
from config.wsgi import application as wsgi_application
from infra import turns

# Longer bodies of requests and streamed responses are buffered on disk.
MAX_BYTES_IN_MEMORY = 64 * 1024
BLOCK_BYTES = 64 * 1024

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Incomplete(Exception):
    """The client disconnected before the end of the body."""


class IncompleteBody(RawIOBase):
    """The body of a client that did not send all of it. To read it fails, which is a 400."""

    def read(self, size: int = -1, /) -> bytes:  # noqa: ARG002
        """Raise an error.

        Raises
        ------
        OSError : always.
        """
        raise OSError("The request body is incomplete.")


class ThreadedApplication:
    """Runs a WSGI application in a pool of threads; further requests wait for a thread.

    Requests with a large body have a thread of their own, one at a time: they take long, and others
    would wait for them.
    """

    def __init__(self, wrapped: Application, *, threads: int) -> None:
        self._wrapped = wrapped
        self._pool = ThreadPoolExecutor(threads)
        self._pool_of_large = ThreadPoolExecutor(1)
        self.running = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        environ = wsgi_environ(scope)
        with SpooledTemporaryFile(MAX_BYTES_IN_MEMORY) as body:
            is_received = await receive_body(environ, receive, body)
            self.running += 1
            try:
                loop = asyncio.get_running_loop()
                is_large = int(environ.get("CONTENT_LENGTH") or 0) > MAX_BYTES_IN_MEMORY
                pool = self._pool_of_large if is_large else self._pool
                start, content = await loop.run_in_executor(pool, self._respond, environ)
            finally:
                self.running -= 1
        if not is_received:
            # The rest of the body would be read as the next request.
            start["headers"].append((b"connection", b"close"))
        await send(start)
        if isinstance(content, bytes):
            await send({"type": "http.response.body", "body": content})
            return
        with content:
            while block := content.read(BLOCK_BYTES):
                await send({"type": "http.response.body", "body": block, "more_body": True})
            await send({"type": "http.response.body", "body": b""})

    def _respond(self, environ: dict[str, Any]) -> tuple[dict[str, Any], bytes | IO[bytes]]:
        """Return the start and the content of the response; a streamed one as a file."""
        with turns.taken():
            return self._run(environ)

    def _run(self, environ: dict[str, Any]) -> tuple[dict[str, Any], bytes | IO[bytes]]:
        start: dict[str, Any] = {"type": "http.response.start"}

        def start_response(
            status: str, headers: list[tuple[str, str]], _exc_info: object = None
        ) -> None:
            start["status"] = int(status[:3])
            start["headers"] = [
                (name.encode("latin-1"), value.encode("latin-1")) for name, value in headers
            ]

        response = self._wrapped(environ, start_response)
        try:
            if not getattr(response, "streaming", False):
                return start, b"".join(response)
            content = SpooledTemporaryFile(MAX_BYTES_IN_MEMORY)  # noqa: SIM115  # closed when sent
            try:
                with turns.paused():
                    content.writelines(response)
            except Exception as error:  # noqa: BLE001  # nothing has been sent yet
                content.close()
                failed = response_for_exception(WSGIRequest(environ), error)
                start_response(str(failed.status_code), list(failed.items()))
                return start, failed.content
            content.seek(0)
            return start, content
        finally:
            if hasattr(response, "close"):
                response.close()


def wsgi_environ(scope: Message) -> dict[str, Any]:
    """Return the environ of a request, with no body.

    A header with an underscore in its name is ignored: it could replace one that a proxy sets.
    """
    host, port = scope["server"]
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "RAW_PATH": scope["raw_path"].decode("latin-1"),
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "REMOTE_ADDR": scope["client"][0],
        "wsgi.url_scheme": scope["scheme"],
    }
    refusal = find_refusal(scope["raw_path"], scope["query_string"], scope["headers"])
    if refusal is not None:
        environ[REFUSED] = refusal
    headers = defaultdict[str, list[str]](list)
    for name, value in scope["headers"]:
        # granian adds an empty Host if there is none.
        if b"_" not in name and (value or name != b"host"):
            headers[name.decode("latin-1")].append(value.decode("latin-1"))
    for name, values in headers.items():
        key = name.upper().replace("-", "_")
        if name not in {"content-type", "content-length"}:
            key = f"HTTP_{key}"
        environ[key] = (";" if name == "cookie" else ",").join(values)
    return environ


async def receive_body(environ: dict[str, Any], receive: Receive, body: IO[bytes]) -> bool:
    """Receive the body of a request into a file, and set the input and its length in the environ.

    Return whether it was received to its end. At most one byte more than the limit is received, so
    that the application recognizes a body that is too long. Nothing is received of such a body of a
    page, or of a request that is refused. One whose client was silent or slow for too long is.
    """
    environ["wsgi.input"] = body
    length = int(environ.get("CONTENT_LENGTH", 0))
    is_chunked = environ.pop("HTTP_TRANSFER_ENCODING", None) is not None
    path = environ["PATH_INFO"]
    limit = settings.MAX_BULK_BYTES if is_bulk(path) else settings.MAX_BODY_BYTES
    if not (length or is_chunked):
        return True
    if REFUSED in environ or (length > limit and not is_api(path)):
        return False
    end = limit + 1 if is_chunked else min(length, limit + 1)
    try:
        received = await _receive_until(end, receive, body)
        complete = is_chunked or received == end
    except Incomplete:
        complete = False
    except TimeoutError:
        environ[REFUSED] = HTTPStatus.REQUEST_TIMEOUT
        complete = False
    if complete:
        environ["CONTENT_LENGTH"] = str(received)
        body.seek(0)
    else:
        environ["CONTENT_LENGTH"] = "1"
        environ["wsgi.input"] = IncompleteBody()
    return complete and received <= limit


async def _receive_until(end: int, receive: Receive, body: IO[bytes]) -> int:
    """Receive up to a number of bytes, and return how many were received.

    Raises
    ------
    Incomplete : the client disconnected.
    TimeoutError : the client was silent for too long, or the body took too long.
    """
    received, more = 0, True
    now = asyncio.get_running_loop().time
    deadline = now() + settings.BODY_TIMEOUT.total_seconds()
    silence = settings.CLIENT_SILENCE.total_seconds()
    async with asyncio.timeout(None) as limit:
        while more and received < end:
            limit.reschedule(min(deadline, now() + silence))
            message = await receive()
            if message["type"] != "http.request":
                raise Incomplete
            received += body.write(message["body"][: end - received])
            more = message.get("more_body", False)
    return received


application = ThreadedApplication(wsgi_application, threads=settings.SERVER_THREADS)
