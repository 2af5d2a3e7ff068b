"""The runner of a request: a connection to PostgreSQL, or a process that uses SQLite.

PostgreSQL ends the connections of a process that was killed, and the system releases its locks of
files, so no clock decides whether a request still runs.
"""

from __future__ import annotations

from functools import cache

from django.db import OperationalError, connection
from django.db.models import BigIntegerField, Func

from infra.live_processes import LiveProcesses


def own_runner() -> int | Func:
    """Return a value for the database that identifies this runner, or an expression of it.

    Raises
    ------
    OperationalError : the lock file of SQLite's processes cannot be used.
    """
    if connection.vendor == "postgresql":
        return Func(function="pg_backend_pid", output_field=BigIntegerField())
    try:
        return _processes(str(connection.settings_dict["NAME"])).own_number()
    except OSError as error:
        raise OperationalError(str(error)) from error


def is_gone(runner: int) -> bool:
    """Return whether a runner has ended. Its transactions are then committed or rolled back.

    The number of an ended connection may be that of a new one; that runner seems to exist.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [runner])
            return cursor.fetchone() is None
    try:
        return not _processes(str(connection.settings_dict["NAME"])).is_alive(runner)
    except OSError as error:
        raise OperationalError(str(error)) from error


@cache
def _processes(database: str) -> LiveProcesses:
    return LiveProcesses(f"{database}-processes")
