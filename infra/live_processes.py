"""Processes of one machine that are known to run, by locks that the system releases."""

from __future__ import annotations

import fcntl
import os
import secrets
from threading import Lock

_NUMBER_BITS = 62


class LiveProcesses:
    """Each process locks one byte of a file, at an offset that is its number.

    The file stays empty, and locks of bytes, unlike clocks or process ids, are never mistaken: the
    system releases them when the process ends, in any way. The file is opened once per process,
    because closing any descriptor of it would release the lock.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._mutex = Lock()
        self._pid = self._file = self._number = -1

    def own_number(self) -> int:
        """Return the number of this process, and lock it first.

        Raises
        ------
        OSError : the file cannot be created, opened or locked.
        """
        with self._mutex:
            if self._pid != os.getpid():  # a process inherits no locks of its parent
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
                self._number = secrets.randbits(_NUMBER_BITS)
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, self._number)
                self._pid = os.getpid()
            return self._number

    def is_alive(self, number: int) -> bool:
        """Return whether the process with this number still runs.

        Raises
        ------
        OSError : the file cannot be created, opened or locked.
        """
        if number == self.own_number():
            return True
        try:
            fcntl.lockf(self._file, fcntl.LOCK_SH | fcntl.LOCK_NB, 1, number)
        except (BlockingIOError, PermissionError):
            return True
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, number)
        return False
