"""Clients that are slow, silent or deaf, and whether the others are served meanwhile."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from benchmarks.faults.load_clients import START, LoadClients, Verdict, summed_up, undocumented
from benchmarks.faults.processes import Service

SILENT, DEAF, TRICKLING, IDLE = 4, 4, 2, 50
# The server cuts off after 10 s (CLIENT_SILENCE), and looks at its clock now and then.
CUT_WITHIN_SECONDS = 14
# The deaf may have to wait for threads that the silent hold.
DEAF_CUT_WITHIN_SECONDS = 28
TRICKLE_SECONDS = 0.5
# Lists of a thousand attempts, more than any buffer holds.
CONNECTIONS = 5
LISTEN_SECONDS = 3


def slow_clients(service: Service) -> Verdict:
    """Serve a crowd beside all of them; cut off those who are silent or deaf."""
    before = service.workers()
    with ExitStack() as clients, LoadClients(service, writers=4) as crowd:
        began = time.monotonic()
        for _number in range(IDLE):
            _idle(clients.enter_context(connected(service)))
        clients.enter_context(trickling(service))
        silent = [clients.enter_context(connected(service)) for _number in range(SILENT)]
        deaf = [clients.enter_context(connected(service)) for _number in range(DEAF)]
        for client in silent:
            client.sendall(_head(service, "PUT", f"{START}/1", length=10_000))
        for client in deaf:
            client.sendall(_head(service, "GET", "/api/logger/attemptlog") * CONNECTIONS)
        wrong = [*_uncut(silent, began), *_deaf_uncut(deaf, began)]
    seen = [sighting for sighting in crowd.seen if sighting.began >= began]
    wrong += undocumented(seen)
    if any(sighting.answer.status != 200 for sighting in seen):
        wrong.append("others were refused")
    if service.workers() != before:
        wrong.append("processes died")
    times = sorted(sighting.seconds for sighting in seen)
    p95 = 1000 * times[int(0.95 * len(times))]
    told = f"{summed_up(seen)}, p95 {p95:.0f} ms"
    return Verdict(name="slow clients", details=told, wrong=wrong)


@contextmanager
def connected(service: Service) -> Iterator[socket.socket]:
    """Connect, with little room for what is sent to us."""
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
    """Send bodies byte by byte, all the while."""
    over = threading.Event()

    def trickle() -> None:
        with suppress(OSError), connected(service) as client:
            client.sendall(_head(service, "PUT", f"{START}/1", length=10_000))
            while not over.wait(TRICKLE_SECONDS):
                client.sendall(b" ")

    threads = [threading.Thread(target=trickle) for _number in range(TRICKLING)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _idle(client: socket.socket) -> None:
    """Ask once, and keep the connection."""
    client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    client.recv(65536)


def _uncut(clients: list[socket.socket], began: float) -> Iterator[str]:
    """Say who of the silent is neither answered nor cut off by now."""
    waiting = list(clients)
    while waiting and time.monotonic() < began + CUT_WITHIN_SECONDS:
        readable, _, _ = select.select(waiting, [], [], 1)
        waiting = [client for client in waiting if client not in readable]
    if waiting:
        yield f"{len(waiting)} silent clients still hold a thread"


def _deaf_uncut(clients: list[socket.socket], began: float) -> Iterator[str]:
    """Say who of the deaf, listening at last, is not cut off: their connections stay open."""
    threading.Event().wait(max(0, began + DEAF_CUT_WITHIN_SECONDS - time.monotonic()))
    uncut = 0
    for client in clients:
        client.settimeout(LISTEN_SECONDS)
        try:
            while client.recv(1 << 20):
                pass
        except TimeoutError:
            uncut += 1
        except ConnectionError:
            pass
    if uncut:
        yield f"{uncut} deaf clients still hold a thread"
