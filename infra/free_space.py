"""A guard of the free space on the disk of the database, checked once a second by each process."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from django.conf import settings

CHECK_SECONDS = 1

_checked: tuple[float, int] | None = None


class DiskNearlyFull(Exception):
    """The disk of the server is nearly full. Nothing can be recorded at present."""


def free_bytes() -> int | None:
    """Return the free bytes of the guarded folder; None if there is none."""
    global _checked  # noqa: PLW0603  # the last result
    folder: Path | None = settings.FREE_SPACE_FOLDER
    if folder is None:
        return None
    now = time.monotonic()
    if _checked is None or now - _checked[0] >= CHECK_SECONDS:
        _checked = now, shutil.disk_usage(folder).free
    return _checked[1]


def is_short(folder: Path | None = None) -> bool:
    """Return whether the guarded folder, or another one, has less than MIN_FREE_SPACE."""
    free = free_bytes() if folder is None else shutil.disk_usage(folder).free
    return free is not None and free < settings.MIN_FREE_SPACE


def require() -> None:
    """Do nothing if there is enough free space.

    Raises
    ------
    DiskNearlyFull : there is less than MIN_FREE_SPACE.
    """
    if is_short():
        raise DiskNearlyFull
