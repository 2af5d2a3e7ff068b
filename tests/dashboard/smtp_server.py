"""A small mail server: receives e-mails on a free port, or refuses them."""

from __future__ import annotations

import email
import email.policy
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from threading import Thread


class SmtpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.received: list[EmailMessage] = []
        self.attempts = 0
        self.refuses = False

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Session(socketserver.StreamRequestHandler):
    server: SmtpServer

    def handle(self) -> None:
        self._reply("220 ready")
        for line in self.rfile:
            command = line.split()[0].upper()
            if command == b"DATA":
                self._receive()
            elif command == b"QUIT":
                self._reply("221 bye")
                return
            else:
                self._reply("250 ok")

    def _receive(self) -> None:
        self.server.attempts += 1
        if self.server.refuses:
            self._reply("451 try later")
            return
        self._reply("354 go on")
        lines = iter(self.rfile.readline, b".\r\n")
        data = b"".join(
            line.removeprefix(b".") if line.startswith(b"..") else line for line in lines
        )
        message = email.message_from_bytes(data, policy=email.policy.default)
        self.server.received.append(message)
        self._reply("250 received")

    def _reply(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def smtp_server() -> Iterator[SmtpServer]:
    """Run a server in a thread."""
    with SmtpServer() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
