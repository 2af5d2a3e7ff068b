"""The real server with several processes on the tests' database: contract 0.13."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import connection, transaction

from analytics.models import LearningEvent
from logger.models import AttemptLog, ContentSession, ContentSummary, MasteryLog
from roster.models import User
from tests.factories import School, answered, exercise, make_school
from tests.threads import PATIENCE, until

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parent.parent.parent
COMMAND = [sys.executable, "-m", "config.server"]
START = "/api/logger/contentsession"
# With DEBUG, pages need no collected static files.
PAGES = "true"


@pytest.fixture
def school(transactional_db: None) -> School:
    return make_school()


class Server:
    """A server with several processes, and its port."""

    def __init__(self, process: subprocess.Popen[bytes], environment: dict[str, str]) -> None:
        self.process, self.environment = process, environment
        self.port = int(environment["PORT"])

    def ask(
        self,
        method: str,
        path: str,
        key: str | None = None,
        body: Any = None,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> tuple[int, Any]:
        """Send a request on a new connection, so that any process can answer."""
        talk = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        own = {"Content-Type": "application/json", **({"X-API-Key": key} if key else {})}
        try:
            sent = body if body is None or isinstance(body, str) else json.dumps(body)
            talk.request(method, path, sent, {**own, **headers})
            response = talk.getresponse()
            raw = response.read().decode(errors="replace")
        finally:
            talk.close()
        is_json = "json" in response.headers.get("Content-Type", "")
        return response.status, json.loads(raw) if is_json else raw


def is_ready(server: Server) -> bool:
    try:
        return server.ask("GET", "/readyz")[0] == 200
    except OSError:
        return False


def database_url() -> str:
    named = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{Path(named['NAME']).resolve()}"
    user, password = (quote(str(named[part] or ""), safe="") for part in ("USER", "PASSWORD"))
    host = f"{named['HOST']}:{named['PORT']}" if named["PORT"] else named["HOST"]
    # The folder of a Unix socket is passed as an option.
    return f"postgres://{user}:{password}@{host}/{named['NAME']}?{urlencode(named['OPTIONS'])}"


def server_environment(processes: int, **settings: str) -> dict[str, str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": database_url(),
        "DATABASE_POOL": "true",
        "SERVER_PROCESSES": str(processes),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "RUN_JOBS": "false",
        **settings,
    }


@contextmanager
def serving(processes: int = 3, *, log: Any = None, **settings: str) -> Iterator[Server]:
    environment = server_environment(processes, **settings)
    process = subprocess.Popen(COMMAND, cwd=ROOT, env=environment, stderr=log or subprocess.DEVNULL)
    server = Server(process, environment)
    try:
        until(lambda: is_ready(server), "the server")
        yield server
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[Server]:
    """Return a server of one process for all tests that start none with other settings."""
    with serving(1, CLIENT_SILENCE="500ms", ALLOWED_HOSTS="localhost,127.0.0.1") as server:
        yield server


@pytest.fixture(scope="module")
def server_of_pages(django_db_setup: None) -> Iterator[Server]:
    with serving(1, DEBUG=PAGES) as server:
        yield server


@pytest.fixture(scope="module")
def processes(django_db_setup: None) -> Iterator[Server]:
    """Return a server of three processes."""
    with serving() as server:
        yield server


def test_no_update_is_lost_with_several_processes(school: School, processes: Server):
    """contract 1.2; on SQLite too, which usually has one process."""
    key = school.key()
    _status, session = processes.ask("POST", START, key, exercise(user_id="newcomer"))
    path = f"{START}/{session['session_id']}"

    def work(number: int) -> set[int]:
        return {
            processes.ask(
                "PUT",
                path,
                key,
                {
                    "time_spent_delta": 1,
                    "progress_delta": 0.001,
                    "interactions": [answered(f"q{number}-{turn}", 0)],
                },
            )[0]
            for turn in range(4)
        }

    with ThreadPoolExecutor(16) as pool:
        statuses = set[int]().union(*pool.map(work, range(16)))

    assert statuses == {200}
    tried = MasteryLog.objects.get()
    assert (tried.attempt_count, tried.time_spent) == (64, 64)
    assert ContentSession.objects.get().progress == ContentSummary.objects.get().progress == 0.064
    assert AttemptLog.objects.values("item").distinct().count() == 64


def test_concurrent_first_requests_create_one_learner(school: School, processes: Server):
    """contract 0.6, 1.1."""
    key, body = school.key(), exercise(user_id="newcomer")
    with ThreadPoolExecutor(16) as pool:
        statuses = set(pool.map(lambda _n: processes.ask("POST", START, key, body)[0], range(16)))

    assert statuses == {200}
    assert ContentSummary.objects.get().user == User.objects.get(external_id="newcomer")
    assert MasteryLog.objects.count() == 1


def test_any_process_reports_the_metrics_of_all(school: School):
    """contract 0.13."""
    with serving() as server:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _n: server.ask("GET", "/healthz"), range(40)))
        _status, text = server.ask("GET", "/metrics")

    route = r'learntrace_requests_total\{method="GET",route="/healthz",status="200"\} (\S+)'
    assert [float(count) for count in re.findall(route, text)] == [40]


def test_the_jobs_run_with_the_server_and_end_with_it(school: School):
    """The server starts `run_jobs`, which ends even if the server is killed."""
    with serving(processes=1, RUN_JOBS="true") as server:
        [jobs] = children(server.process.pid, "run_jobs")

        until(lambda: "learntrace_job_succeeded" in server.ask("GET", "/metrics")[1], "the jobs")
        workers = children(server.process.pid, "config.server")
        server.process.send_signal(signal.SIGKILL)

        until(lambda: not Path(f"/proc/{jobs}").exists(), "the jobs to end")
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers), "its processes")


def children(parent: int, word: str) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(") ")[2].split()
            command = (folder / "cmdline").read_text()
        except OSError:
            continue
        if int(fields[1]) == parent and word in command:
            found.append(int(folder.name))
    return found


@contextmanager
def connected(server: Server) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as client:
        yield client


def exchange(server: Server, request: bytes, *, end: bool = False) -> bytes:
    """Send bytes on a new connection, and return all that the server sends until it closes it.

    With `end`, close the sending direction first.
    """
    with connected(server) as client:
        client.sendall(request)
        if end:
            client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b""))


def head(method: str, target: str, *headers: str, close: bool = True) -> bytes:
    """Return the head of a request, after which the server closes the connection if asked to."""
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", *headers]
    if close:
        lines.append("Connection: close")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def status_of(response: bytes) -> int:
    assert response.startswith(b"HTTP/1."), response[:100]
    return int(response.split(b" ", 2)[1])


def start_request(key: str, *, learner: str, length: int | None = None) -> tuple[bytes, bytes]:
    """Return the head and the body of a request that starts a session."""
    body = json.dumps(exercise(user_id=learner)).encode()
    length_header = f"Content-Length: {len(body) if length is None else length}"
    headers = (f"X-API-Key: {key}", "Content-Type: application/json", length_header)
    return head("POST", START, *headers), body


def chunks(*pieces: bytes, ended: bool = True) -> bytes:
    framed = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return framed + b"0\r\n\r\n" if ended else framed


def test_slow_clients_do_not_delay_others(school: School):
    """contract 0.11: two hundred of them, and two threads."""
    key = school.key()
    first, body = start_request(key, learner="student_ada")
    with serving(1, SERVER_THREADS="2") as server, ExitStack() as stack:
        slow_heads = [stack.enter_context(connected(server)) for _number in range(100)]
        slow_bodies = [stack.enter_context(connected(server)) for _number in range(100)]
        for client in slow_heads:
            client.sendall(first[:20])
        for client in slow_bodies:
            client.sendall(first + body[:20])

        statuses = {
            server.ask("POST", START, key, exercise(user_id="student_ben"))[0]
            for _number in range(20)
        }
        assert statuses == {200}
        assert not ContentSession.objects.filter(user__external_id="student_ada").exists()

        for client in slow_heads:
            client.sendall(first[20:] + body)
        for client in slow_bodies:
            client.sendall(body[20:])
        finished = {status_of(client.recv(65536)) for client in [*slow_heads, *slow_bodies]}
    assert finished == {200}
    assert ContentSession.objects.filter(user__external_id="student_ada").count() == 200


def test_a_body_in_chunks_is_read_like_any_other(school: School, server: Server):
    """contract 0.11: not treated as an empty body, and limited in size too."""
    _head, body = start_request("", learner="chunked")
    first = head(
        "POST", START, f"X-API-Key: {school.key()}", "Content-Type: application/json",
        "Transfer-Encoding: chunked",
    )  # fmt: skip
    too_large = exchange(server, first + chunks(body, b" " * 1024 * 1024, ended=False))
    assert status_of(too_large) == 413
    assert not User.objects.filter(external_id="chunked").exists()

    assert status_of(exchange(server, first + chunks(body[:9], body[9:]))) == 200
    assert User.objects.filter(external_id="chunked").exists()


def test_an_incomplete_body_records_nothing(school: School, server: Server):
    """contract 0.11: 400 if the client disconnects (`end`), 408 if it is silent."""
    key, responses = school.key(), {}
    line = json.dumps({"user_id": "cut", "skill": "s", "correct": True}).encode() + b"\n"
    for transfer in ("Content-Length: 1000", "Transfer-Encoding: chunked"):
        first = head(
            "POST", "/api/v1/track-answers", f"X-API-Key: {key}",
            "Content-Type: application/x-ndjson", transfer,
        )  # fmt: skip
        body = chunks(line, ended=False) if "chunked" in transfer else line
        for end in (True, False):
            responses[transfer, end] = exchange(server, first + body, end=end)

    for (transfer, end), response in responses.items():
        assert status_of(response) == (400 if end else 408), transfer
    assert not User.objects.filter(external_id="cut").exists()


def test_a_body_is_limited_in_time(school: School):
    """contract 0.11: a client that never stops sending is a client error too."""
    first, _body = start_request(school.key(), learner="student_ada", length=1000)
    with serving(1, BODY_TIMEOUT="500ms") as server, connected(server) as client:
        client.sendall(first)
        client.settimeout(0.1)
        response = b""

        def is_answered() -> bool:
            nonlocal response
            try:
                client.sendall(b" ")
                response = client.recv(65536)
            except TimeoutError:
                return False
            return True

        until(is_answered, "the end of the body")

    assert status_of(response) == 408


def test_a_head_is_limited_in_time(school: School):
    """contract 0.11: in total, although a client that sends a line now and then is never silent."""
    with serving(1, HEAD_TIMEOUT="500ms") as server, connected(server) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
        client.settimeout(0.1)

        def is_closed() -> bool:
            try:
                client.sendall(b"X-Slow: 1\r\n")
                return client.recv(65536) == b""
            except TimeoutError:
                return False
            except ConnectionError:
                return True

        until(is_closed, "the end of the connection")


def test_a_client_may_wait_for_permission_to_send_its_body(school: School, server: Server):
    """A page rejects a body that is too large before it is sent."""
    expects = "Expect: 100-continue"
    first, body = start_request(school.key(), learner="student_ada")
    with connected(server) as client:
        client.sendall(first.replace(b"Connection:", f"{expects}\r\nConnection:".encode()))
        assert client.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(body)
        assert status_of(client.recv(65536)) == 200

        too_large = head("POST", "/admin/login/", expects, "Content-Length: 2000000")
        assert status_of(exchange(server, too_large)) == 413


UNUSUAL = [
    (head("GET", "http://elsewhere/healthz"), 200),
    (head("GET", "/%68ealthz?%ff"), 200),
    (head("GET", "/healthz?\xff"), 400),
    (head("GET", "/%ff%00"), 400),
    (head("GET", "/api/%ff"), 404),
    (head("GET", "/caf\xe9"), 400),
    (head("OPTIONS", "*"), 404),
    (head("CONNECT", "localhost:80"), 403),
    (head("GET", "healthz"), 200),
    (head("GET", "/healthz", "X-Name: caf\xe9"), 200),
    (head("GET", "/healthz", "Host: other"), 400),
    (head("GET", "/healthz", "Content-Length: -1"), 400),
    (head("POST", "/healthz", "Content-Length: 2, 2"), 400),
    (head("POST", "/healthz", "Content-Length: 2", "Content-Length: 2") + b"{}", 405),
    (head("POST", "/healthz", "Content-Length: 99999999999999999999999"), 400),
    (head("POST", "/healthz", "Transfer-Encoding: chunked, chunked") + b"0\r\n\r\n", 501),
    (head("POST", "/healthz", *["Transfer-Encoding: chunked"] * 2) + b"0\r\n\r\n", 501),
    (head("POST", "/healthz", "Transfer-Encoding: gzip"), 400),
    (head("POST", "/healthz", "Expect: nonsense", "Content-Length: 2") + b"{}", 417),
    (head("GET", "/healthz", f"X-Long: {'x' * 500_000}"), 431),
    (head("GET", "/healthz", *(f"X-{number}: x" for number in range(200))), 431),
    (b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", 200),
    (b"GET /healthz HTTP/1.0\r\n\r\n", 200),
    (b"GET /healthz\r\n\r\n", 400),
    (b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n", 400),
]


def test_unusual_requests(school: School, server_of_pages: Server):
    """contract 0.12: each has a response, never a 500."""
    statuses = [status_of(exchange(server_of_pages, request)) for request, _status in UNUSUAL]

    assert statuses == [status for _request, status in UNUSUAL]


APIS = ["/api/logger/attemptlog", "/api/auth/token", "/api/v1/track-answer", "/v3/study"]
LONG, MANY = f"X-Long: {'x' * 40_000}", [f"X-{number}: x" for number in range(80)]


@pytest.mark.parametrize("path", APIS)
def test_refusals_have_the_shape_of_their_api(school: School, server: Server, path: str):
    """contract 0.12: those of the head of a request too; a body that is left unread is the last."""
    key, kind = f"X-API-Key: {school.key()}", "Content-Type: application/json"
    chunked, twice = "Transfer-Encoding: chunked", ("Transfer-Encoding: gzip, chunked", kind)
    requests = {
        "host": (head("POST", path, "Host: elsewhere.example", close=False), 400, False),
        "length": (head("POST", f"{path}?{'x' * 20_000}", close=False), 414, False),
        "header": (head("POST", path, LONG, close=False), 431, False),
        "headers": (head("POST", path, *MANY, close=False), 431, False),
        "expect": (head("POST", path, "Expect: a reply", close=False), 417, False),
        "coding": (head("POST", path, key, *twice, close=False) + chunks(b"{}"), 501, True),
        "method": (head("BREW", path, key, close=False), 405, False),
        "path": (head("GET", f"{path}/a/b/c", key, close=False), 404, False),
        "guest": (head("DELETE", path, close=False), 401, False),
    }
    if path != APIS[0]:
        large = head("POST", path, key, kind, "Content-Length: 2000000", close=False)
        many = head("POST", path, key, kind, chunked, close=False)
        requests |= {
            "large": (large + b" " * (1024 * 1024 + 1), 413, True),
            "chunks": (many + chunks(b" " * 1024 * 1024, b" " * 9, ended=False), 413, True),
            "incomplete": (large + b"{", 408, True),
            "type": (head("POST", path, key, "Content-Length: 1", close=False) + b"x", 415, False),
        }
    for name, (request, status, is_last) in requests.items():
        # What follows is answered only if the connection goes on.
        following = b"" if is_last else head("GET", "/healthz")
        response = exchange(server, request + following)
        fields, _, rest = response.partition(b"\r\n\r\n")
        length = int(re.search(rb"(?i)content-length: (\d+)", fields)[1])  # type: ignore[index]

        assert status_of(response) == status, name
        assert_is_error(path, status, json.loads(rest[:length]))
        assert (b"connection: close" in fields.lower()) == is_last, name
        assert rest[length:].startswith(b"HTTP/1.1 200") != is_last, name


def assert_is_error(path: str, status: int, body: Any) -> None:
    if path.startswith("/v3"):
        [error] = body["errors"]
        assert error["status"] == str(status)
        assert error.keys() - {"source"} == {"status", "code", "title", "detail"}
    elif path.startswith("/api/v1"):
        assert body.keys() == {"success", "data", "message", "errors"}
        assert (body["success"], body["data"]) == (False, None)
    else:
        [error] = body
        assert error.keys() == {"id", "metadata"}
        assert error["metadata"].keys() == {"field", "message"}


def test_ids_of_any_length_fit_into_a_url(school: School, server: Server):
    """contract 0.6, 0.11: two of 255 four-byte letters, and a third in the query."""
    key, name = school.key(), "\U0001f600" * 255
    answer = {"user_id": name, "skill_id": name, "is_correct": True}
    server.ask("POST", "/api/v1/track-answer", key, answer)
    path = f"/api/v1/mastery/{quote(name)}/{quote(name)}/history?item_id={quote(name)}"
    status, body = server.ask("GET", path, key)

    assert len(path) > 9000
    assert (status, len(body["data"])) == (200, 1)


def test_a_page_refuses_a_head_or_body_beyond_the_limits(school: School, server_of_pages: Server):
    for request, status in (
        (head("GET", f"/admin/login/?{'x' * 20_000}"), 414),
        (head("GET", "/admin/login/", LONG), 431),
        (head("POST", "/admin/login/", "Content-Length: 2000000", close=False), 413),
    ):
        assert status_of(exchange(server_of_pages, request)) == status


def test_a_foreign_host_leaves_one_line_in_the_log(school: School, tmp_path: Path):
    log = tmp_path / "log"
    hosts = "localhost,127.0.0.1"
    with (
        log.open("wb") as file,
        serving(1, log=file, ALLOWED_HOSTS=hosts, LOG_LEVEL="INFO") as server,
    ):
        before = len(log.read_text().splitlines())
        for path in APIS:
            request = head("GET", path).replace(b"localhost", b"elsewhere.example")
            response = exchange(server, request)
            assert_is_error(path, 400, json.loads(response.partition(b"\r\n\r\n")[2]))
        lines = log.read_text().splitlines()[before:]

    assert [json.loads(line)["status"] for line in lines] == [400] * len(APIS)


def test_a_connection_carries_many_requests(school: School, server: Server):
    first = head("GET", "/healthz", close=False)
    response = exchange(
        server, first + head("HEAD", "/healthz", close=False) + first + head("GET", "/healthz")
    )

    assert response.count(b"HTTP/1.1 200 OK") == 4
    assert response.count(b'{"status": "ok"}') == 3


def test_repeated_headers_are_joined(school: School, server_of_pages: Server):
    cookies = ("Cookie: one=1", "Cookie: django_language=ar")
    page = exchange(server_of_pages, head("GET", "/admin/login/", *cookies))
    forwarded = ("X-Forwarded-For: ", "X-Forwarded-For: 192.0.2.1")
    metrics = exchange(server_of_pages, head("GET", "/metrics", *forwarded))

    assert b'lang="ar"' in page
    assert status_of(metrics) in {401, 403}


def test_an_encoded_slash_belongs_to_an_id(school: School, server: Server):
    """contract 0.2."""
    key = school.key()
    for person, skill in (("T", "a/b"), ("T/a", "b")):
        answer = {"user_id": person, "skill_id": skill, "is_correct": person == "T"}
        assert server.ask("POST", "/api/v1/track-answer", key, answer)[0] == 200
    paths = ("T/a%2Fb", "T%2fa/b", "T/a/b", "T%2Fa%2Fb")
    answers = [server.ask("GET", f"/api/v1/mastery/{each}/history", key) for each in paths]

    scores = [[point["score"] for point in body["data"] or []] for _status, body in answers]
    assert [status for status, _body in answers] == [200, 200, 404, 404]
    assert scores == [[1], [0], [], []]


def test_a_header_with_an_underscore_is_ignored(school: School, server: Server):
    """It could replace the one with a hyphen that a proxy sets."""
    request = head("GET", "/api/logger/attemptlog", f"X_API_Key: {school.key()}")
    assert status_of(exchange(server, request)) == 401


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_running_requests_are_answered_before_the_server_ends(school: School, number: int):
    """Clients that send slowly or only keep a connection open are not waited for."""
    key = school.key()
    slow, _body = start_request(key, learner="student_ada")
    with (
        serving(2, REQUEST_LOCK_TIMEOUT="60s") as server,
        connected(server) as slow_client,
        connected(server) as client,
    ):
        slow_client.sendall(slow)
        _status, session = server.ask("POST", START, key, exercise(user_id="student_ben"))
        body = json.dumps({"progress_delta": 0.1}).encode()
        with transaction.atomic():
            User.objects.select_for_update().get(external_id="student_ben")
            client.sendall(
                head(
                    "PUT", f"{START}/{session['session_id']}", f"X-API-Key: {key}",
                    "Content-Type: application/json", f"Content-Length: {len(body)}",
                    "Expect: 100-continue",
                )
            )  # fmt: skip
            assert status_of(client.recv(65536)) == 100
            client.sendall(body)
            server.process.send_signal(number)
            until(lambda: not is_ready(server), "the server to stop listening")

        assert status_of(client.recv(65536)) == 200
        assert server.process.wait(timeout=PATIENCE) == 0
    assert ContentSession.objects.get(user__external_id="student_ben").progress == 0.1


def test_processes_that_are_still_starting_stop(transactional_db: None):
    """A process that goes on would be killed after a time, with its running requests."""
    with subprocess.Popen(
        COMMAND, cwd=ROOT, env=server_environment(4), stderr=subprocess.PIPE
    ) as process:
        until(lambda: len(children(process.pid, "config.server")) == 4, "the processes")
        process.terminate()
        _output, log = process.communicate(timeout=PATIENCE)

    assert process.returncode == 0
    assert "Killing" not in log.decode()


def test_what_is_unanswered_when_the_server_ends_is_not_recorded(school: School):
    """contract 0.9: under load, each event is answered and recorded, or neither."""
    key = school.key()

    def send(name: str) -> bool:
        """Send one answer; return whether the server goes on."""
        body = {"user_id": f"u{name[0]}", "skill_id": "s", "is_correct": True, "event_id": name}
        try:
            status, _body = server.ask("POST", "/api/v1/track-answer", key, body)
        except (OSError, http.client.HTTPException):
            return False
        assert status == 200
        answered_names.add(name)
        return True

    answered_names: set[str] = set()
    with serving(2) as server, ThreadPoolExecutor(8) as pool:
        clients = [
            pool.submit(lambda n: all(send(f"{n}-{turn}") for turn in count()), number)
            for number in range(8)
        ]
        until(lambda: len(answered_names) > 40, "the load")
        server.process.send_signal(signal.SIGTERM)
        assert not any(client.result(timeout=PATIENCE) for client in clients)
        assert server.process.wait(timeout=PATIENCE) == 0

    assert set(LearningEvent.objects.values_list("source_id", flat=True)) == answered_names


@pytest.mark.parametrize("path", ["/api/v1/track-answer", "/v3/study", START])
def test_equal_requests_under_one_key_are_executed_once(
    school: School, processes: Server, path: str
):
    """contract 0.9: sixteen at the same time to several processes: 409 or the same response."""
    key, facility = school.key(), school.facility.pk.hex
    body: dict[str, Any] = {
        "/api/v1/track-answer": {"user_id": "new", "skill_id": "s", "is_correct": True},
        "/v3/study": {
            "user_id": "new", "partner_id": facility, "item_id": "q", "quiz_result": "Correct",
            "study_time_millis": 1,
        },
        START: exercise(user_id="new"),
    }[path]  # fmt: skip
    with ThreadPoolExecutor(16) as pool:
        same = {"Idempotency-Key": "same"}
        responses = list(
            pool.map(lambda _n: processes.ask("POST", path, key, body, headers=same), range(16))
        )

    done = [body for status, body in responses if status in {200, 204}]
    assert {status for status, _body in responses} <= {200, 204, 409}
    assert done == [done[0]] * len(done)
    recorded = ContentSession if path == START else LearningEvent
    assert recorded._default_manager.count() == 1


def test_large_requests_take_no_thread_from_others(school: School):
    """contract 0.11: they run one at a time, in a thread of their own."""
    key = school.key()
    large = {"time_spent_delta": 1, "extra_fields": {"notes": "x" * 60_000, "more": "y" * 4_000}}
    with serving(1, SERVER_THREADS="1", REQUEST_LOCK_TIMEOUT="60s") as server:
        _status, session = server.ask("POST", START, key, exercise(user_id="student_ben"))
        path = f"{START}/{session['session_id']}"
        with ThreadPoolExecutor(2) as pool:
            with transaction.atomic():
                User.objects.select_for_update().get(external_id="student_ben")
                body = {**large, "interactions": [answered(f"q{n}") for n in range(100)]}
                waiting = [pool.submit(server.ask, "PUT", path, key, body) for _turn in range(2)]
                others = {server.ask("GET", "/readyz")[0] for _turn in range(50)}
                is_waiting = not any(each.done() for each in waiting)
            statuses = {each.result()[0] for each in waiting}

    assert (others, is_waiting, statuses) == ({200}, True, {200})


def test_killed_processes_are_replaced(school: School):
    """contract 0.11: however soon the next one is killed."""
    with serving(2) as server:
        for _turn in range(3):
            killed = set(children(server.process.pid, "config.server"))
            for number in killed:
                os.kill(number, signal.SIGKILL)
            until(
                lambda gone=killed: (  # type: ignore[misc]
                    len(set(children(server.process.pid, "config.server")) - gone) == 2
                ),
                "new processes",
            )
        until(lambda: is_ready(server), "the server")


def test_a_server_that_cannot_load_the_application_ends(transactional_db: None):
    environment = server_environment(2, DJANGO_SETTINGS_MODULE="config.no_settings")
    ended = subprocess.run(
        COMMAND, cwd=ROOT, env=environment, capture_output=True, check=False, text=True,
        timeout=PATIENCE,
    )  # fmt: skip

    assert ended.returncode != 0
    assert "config.no_settings" in ended.stderr


def test_a_log_that_cannot_be_written_fails_no_request(school: School):
    """contract 0.11: as on a full disk."""
    with Path("/dev/full").open("wb") as log, serving(1, log=log, LOG_LEVEL="INFO") as server:
        body = {"user_id": "new", "skill_id": "s", "is_correct": True}

        statuses = [
            server.ask("POST", "/api/v1/track-answer", school.key(), body)[0] for _turn in range(3)
        ]

    assert statuses == [200] * 3


def test_a_server_for_others_says_which_settings_are_missing(transactional_db: None):
    environment = server_environment(1, HOST="0.0.0.0", ALLOWED_HOSTS="", COOKIES_SECURE="true")
    with subprocess.Popen(COMMAND, cwd=ROOT, env=environment, stderr=subprocess.PIPE) as process:
        until(lambda: is_ready(Server(process, environment)), "the server")
        process.terminate()
        _output, log = process.communicate(timeout=PATIENCE)

    lines = [line for line in log.decode().splitlines() if line.startswith("Not for others yet")]
    assert len(lines) == 2
    assert "ALLOWED_HOSTS is empty" in lines[0]
    assert "TRUSTED_PROXIES=1 and HTTPS_ONLY=true, or set COOKIES_SECURE=false" in lines[1]


def test_a_used_port_is_named_with_the_next_free_one():
    with socket.create_server(("127.0.0.1", 0)) as used:
        port = used.getsockname()[1]
        ended = subprocess.run(
            [sys.executable, "-m", "config.free_port"], cwd=ROOT, capture_output=True, check=False,
            env={**os.environ, "HOST": "127.0.0.1", "PORT": str(port)}, text=True,
        )  # fmt: skip

    assert ended.returncode == 1
    assert re.fullmatch(
        rf"Port {port} of 127.0.0.1 is in use\. Try: make run PORT=\d+\n", ended.stderr
    )


def test_a_second_server_on_the_same_port_fails(school: School):
    """It leaves the metrics of the first one alone."""
    with serving(2) as server:
        second = subprocess.run(
            COMMAND, cwd=ROOT, env=server.environment, capture_output=True, check=False, text=True
        )
        _status, text = server.ask("GET", "/metrics")

    assert second.returncode != 0
    assert "Address already in use" in second.stderr
    assert 'learntrace_requests_total{method="GET",route="/readyz"' in text
