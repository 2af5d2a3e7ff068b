"""Clients that are slow, silent or deaf (they never read), and the service to others meanwhile."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from benchmarks.faults.load_clients import START, LoadClients, Verdict, find_undocumented, summarize
from benchmarks.faults.processes import Service

SILENT, DEAF, TRICKLING, IDLE = 4, 4, 2, 50
# The server cuts off after 10 s (CLIENT_SILENCE), and checks only now and then.
CUT_WITHIN_SECONDS = 14
# Deaf clients may have to wait for threads that silent clients hold.
DEAF_CUT_WITHIN_SECONDS = 28
TRICKLE_SECONDS = 0.5
# Requests per deaf client, each for a thousand attempts: more than any buffer holds.
PIPELINED_REQUESTS = 5
LISTEN_SECONDS = 3


def check_slow_clients(service: Service) -> Verdict:
    """Serve normal clients beside slow ones; silent and deaf clients must be cut off."""
    before = service.workers()
    with ExitStack() as stack, LoadClients(service, writers=4) as normal_clients:
        started = time.monotonic()
        for _number in range(IDLE):
            _idle(stack.enter_context(connected(service)))
        stack.enter_context(trickling(service))
        silent = [stack.enter_context(connected(service)) for _number in range(SILENT)]
        deaf = [stack.enter_context(connected(service)) for _number in range(DEAF)]
        for client in silent:
            client.sendall(_head(service, "PUT", f"{START}/1", length=10_000))
        for client in deaf:
            client.sendall(_head(service, "GET", "/api/logger/attemptlog") * PIPELINED_REQUESTS)
        wrong = [*_silent_clients_left(silent, started), *_deaf_clients_left(deaf, started)]
    observations = [
        observation for observation in normal_clients.observations if observation.started >= started
    ]
    wrong += find_undocumented(observations)
    if any(observation.response.status != 200 for observation in observations):
        wrong.append("others were refused")
    if service.workers() != before:
        wrong.append("processes died")
    times = sorted(observation.seconds for observation in observations)
    p95 = 1000 * times[int(0.95 * len(times))]
    details = f"{summarize(observations)}, p95 {p95:.0f} ms"
    return Verdict(name="slow clients", details=details, wrong=wrong)


@contextmanager
def connected(service: Service) -> Iterator[socket.socket]:
    """Connect with a small receive buffer."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(CUT_WITHIN_SECONDS)
        client.connect(("127.0.0.1", service.port))
        yield client


def _head(service: Service, method: str, path: str, *, length: int = 0) -> bytes:
    return (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {service.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


@contextmanager
def trickling(service: Service) -> Iterator[None]:
    """Send bodies byte by byte while the block runs."""
    finished = threading.Event()

    def trickle() -> None:
        with suppress(OSError), connected(service) as client:
            client.sendall(_head(service, "PUT", f"{START}/1", length=10_000))
            while not finished.wait(TRICKLE_SECONDS):
                client.sendall(b" ")

    threads = [threading.Thread(target=trickle) for _number in range(TRICKLING)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        finished.set()
        for thread in threads:
            thread.join()


def _idle(client: socket.socket) -> None:
    """Send one request, and leave the connection open."""
    client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    client.recv(65536)


def _silent_clients_left(clients: list[socket.socket], started: float) -> Iterator[str]:
    """Yield a problem if silent clients are neither answered nor cut off in time."""
    waiting = list(clients)
    while waiting and time.monotonic() < started + CUT_WITHIN_SECONDS:
        readable, _, _ = select.select(waiting, [], [], 1)
        waiting = [client for client in waiting if client not in readable]
    if waiting:
        yield f"{len(waiting)} silent clients still hold a thread"


def _deaf_clients_left(clients: list[socket.socket], started: float) -> Iterator[str]:
    """Yield a problem if the connections of deaf clients, which read at last, are still open."""
    threading.Event().wait(max(0, started + DEAF_CUT_WITHIN_SECONDS - time.monotonic()))
    still_open = 0
    for client in clients:
        client.settimeout(LISTEN_SECONDS)
        try:
            while client.recv(1 << 20):
                pass
        except TimeoutError:
            still_open += 1
        except ConnectionError:
            pass
    if still_open:
        yield f"{still_open} deaf clients still hold a thread"
