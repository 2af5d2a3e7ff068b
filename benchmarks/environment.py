"""The environment of a server with default settings, and commands that run in it."""

from __future__ import annotations

import os
import platform
import secrets
import sqlite3
import subprocess
import sys
from importlib import metadata
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent


def environment(url: str, *, folder: Path = BASE_DIR) -> dict[str, str]:
    """Return the environment of a server with default settings, without a developer's .env."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "PYTHONPATH": str(folder),
        "READ_ENV_FILE": "false",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATABASE_URL": url,
        "ALLOWED_HOSTS": "127.0.0.1",
        "DEBUG": "false",
        "HTTPS_ONLY": "false",
        "DEFAULT_FACILITY": "",
        "TRUSTED_PROXIES": "0",
    }


def run(arguments: list[str], *, url: str) -> int:
    """Run a management command of the benchmarks on a database; stop it if this process stops."""
    process = subprocess.Popen(  # noqa: S603  # our own command
        [sys.executable, "-m", "django", *arguments],
        cwd=BASE_DIR,
        env=environment(url),
        # This process passes Ctrl-C on, once, so that nothing interrupts the child's cleanup.
        start_new_session=True,
    )
    try:
        return process.wait()
    finally:
        process.terminate()
        process.wait()


def describe_machine() -> str:
    """Describe the machine and the versions with which the figures were measured."""
    packages = ("django", "djangorestframework", "psycopg", "granian")
    versions = [f"{name} {metadata.version(name)}" for name in packages if _is_available(name)]
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()},"
        f" load {os.getloadavg()[0]:.1f} at the start;"
        f" Python {platform.python_version()}, SQLite {sqlite3.sqlite_version},"
        f" {', '.join(versions)}"
    )


def _is_available(package: str) -> bool:
    return any(metadata.distributions(name=package))
