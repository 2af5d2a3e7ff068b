"""The server, with a clock that can be set: `python -m benchmarks.hurt.server`.

Its processes read from the file named by `CLOCK` how many seconds their clock is ahead.
"""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

from config import server

READ_EVERY_SECONDS = 0.1


def follow(clock: Path) -> None:
    """Set the clock of this process whenever the file changes."""
    ahead, changed = "0", None
    while True:
        time.sleep(READ_EVERY_SECONDS)
        text = clock.read_text()
        if text and text != ahead:
            if changed is not None:
                changed.stop()
            ahead = text
            changed = time_machine.travel(datetime.now(UTC) + timedelta(seconds=float(ahead)))
            changed.start()


def start_to_follow() -> None:
    """Follow the file in this process, too."""
    threading.Thread(target=follow, args=(Path(os.environ["CLOCK"]),), daemon=True).start()


if __name__ == "__main__":
    os.register_at_fork(after_in_child=start_to_follow)
    server.main()
