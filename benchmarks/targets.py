"""A version of the project on a database of its own, and its server under load."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import databases
from benchmarks.databases import Database
from benchmarks.load import Client, run_clients
from benchmarks.report import Series
from benchmarks.revisions import Revision
from benchmarks.school import (
    ATTEMPTS,
    ROSTER,
    School,
    Send,
    call,
    learner_name,
    record_history,
    sender,
)
from benchmarks.server import Server, cpu_seconds
from benchmarks.workloads import Workloads


class Target:
    """One version with a migrated database; `serve` starts its server."""

    server: Server
    send: Send

    def __init__(self, stack: ExitStack, revision: Revision, new_database: Database) -> None:
        self.revision, self.url = revision, stack.enter_context(new_database())
        self.environment = revision.environment(self.url)
        self.database_process = databases.process_of(self.url)
        self.manage("migrate")

    def manage(self, *arguments: str, stdin: str = "") -> str:
        """Run a management command of this version, and return its output."""
        return self.revision.run(
            "manage.py", *arguments, "--verbosity", "0", env=self.environment, stdin=stdin
        )

    def serve(self, stack: ExitStack) -> None:
        """Start the server, which runs until the stack is closed."""
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="learntrace-")))
        running = self.revision.serve(self.environment, log=folder / "log")
        self.server = stack.enter_context(running)
        self.send = sender(self.server.port)

    def run(self, clients: Sequence[Client], seconds: float, series: Series | None = None) -> None:
        """Run one round of a load, and add it to a series."""
        server, database = self.server.cpu_seconds(), cpu_seconds(self.database_process)
        result = run_clients(self.server.port, clients, seconds=seconds)
        if series is not None:
            series.add(
                result,
                server=self.server.cpu_seconds() - server,
                database=cpu_seconds(self.database_process) - database,
            )


class SchoolTarget(Target):
    """A running server whose database has a school, with the loads for it."""

    def __init__(
        self, stack: ExitStack, revision: Revision, new_database: Database, *, clients: int
    ) -> None:
        super().__init__(stack, revision, new_database)
        imported: Any = json.loads(self.manage("import_roster", "-", stdin=json.dumps(ROSTER)))
        self.serve(stack)
        key = imported["api_keys"]["benchmark"]
        names = [learner_name(number) for number in range(2 * clients)]
        for name in names:
            record_history(self.send, key, name)
        databases.vacuum(self.url)
        logins = json.loads(revision.log_in(names, env=self.environment))
        self.school = School(key=key, logins=logins)
        self.workloads = Workloads(self.school, self.send, clients=clients)
        self.loads = self.workloads.create(with_no_op=revision.is_working_tree)

    def check_stored(self) -> None:
        """Raise an error if answers were not stored, or were stored twice."""
        for name, recorded in self.workloads.recorded.items():
            path = f"/api/logger/attemptlog?user={name}&page_size=1"
            listed = call(self.send, "GET", path, self.school.key_headers)
            if listed["count"] != ATTEMPTS + recorded:
                raise RuntimeError(
                    f"{self.revision.label}, {name}: {recorded} answers were acknowledged,"
                    f" and {listed['count'] - ATTEMPTS} are stored"
                )


def alternate(
    loads: Sequence[tuple[Target, Sequence[Client], Series]],
    *,
    rounds: int,
    seconds: float,
    warm_up_seconds: float,
) -> None:
    """Run the loads in turn, in rounds, so that noise of the machine affects all alike."""
    for target, clients, _series in loads:
        target.run(clients, warm_up_seconds)
    for _round in range(rounds):
        for target, clients, series in loads:
            target.run(clients, seconds, series)
