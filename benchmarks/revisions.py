"""Versions of the project to measure: the working tree, and an earlier commit beside it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.environment import BASE_DIR, environment
from benchmarks.server import Server, running_server

# A client of the benchmark sends more requests than a person would.
RATE = "9999999/minute"
QUOTA = "9999999GiB/hour"
LOG_IN = BASE_DIR / "benchmarks" / "logins.py"


@dataclass(frozen=True, kw_only=True)
class Revision:
    """One version of the project, in a folder, with the settings to run it with."""

    label: str
    folder: Path = BASE_DIR
    settings: str = "benchmarks.settings"

    @property
    def is_working_tree(self) -> bool:
        """Whether this is the version that contains this benchmark."""
        return self.folder == BASE_DIR

    def environment(self, url: str) -> dict[str, str]:
        """Return the environment of this version's processes."""
        return {
            **environment(url, folder=self.folder),
            "DJANGO_SETTINGS_MODULE": self.settings,
            # The jobs would add their processor time to requests of both versions.
            "RUN_JOBS": "false",
            **{f"THROTTLE_{caller}": RATE for caller in ("KEY", "USER", "GUEST", "LOGIN")},
            **{f"QUOTA_{caller}": QUOTA for caller in ("KEY", "USER", "GUEST", "LEARNER")},
        }

    def run(self, *arguments: str, env: dict[str, str], stdin: str = "") -> str:
        """Run Python with arguments in this version's folder; return its output."""
        return subprocess.run(  # noqa: S603  # our own command
            [sys.executable, *arguments],
            cwd=self.folder, env=env, input=stdin, text=True, check=True, stdout=subprocess.PIPE,
        ).stdout  # fmt: skip

    def log_in(self, names: list[str], *, env: dict[str, str]) -> str:
        """Log learners in with this version's code; return their logins as JSON."""
        return self.run("-c", LOG_IN.read_text(), env=env, stdin="\n".join(names))

    def serve(self, env: dict[str, str], *, log: Path) -> AbstractContextManager[Server]:
        """Run the server of this version, with its own default number of threads."""
        return running_server(
            workers=os.cpu_count() or 1,
            threads=int(env.get("SERVER_THREADS", "8")),
            log=log,
            folder=self.folder,
            env=env,
        )


@contextmanager
def checkout(ref: str) -> Iterator[Revision]:
    """Check a commit out into a temporary folder, and yield it."""
    _git("worktree", "prune")  # of runs that were killed
    with tempfile.TemporaryDirectory(prefix="learntrace-") as parent:
        folder = Path(parent) / "baseline"
        _git("worktree", "add", "--quiet", "--detach", str(folder), ref)
        try:
            yield Revision(label=ref, folder=folder, settings="config.settings")
        finally:
            _git("worktree", "remove", "--force", str(folder))


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=BASE_DIR, check=True)  # noqa: S603, S607  # our own
