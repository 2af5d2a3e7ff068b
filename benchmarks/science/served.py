"""How well the running service foresees the next answer, beside the same code offline.

    python -m benchmarks.science.served [--answers 10000]

Four fifths of the learners' real answers are sent to a server in bulk, folded after each request
as the job would, and fitted; then learners of the last fifth answer through `track-answer`, one
by one, and what the server predicted before each (`p_correct`) is scored. Nothing is folded then,
as offline. It takes some minutes.
"""

from __future__ import annotations

import argparse
import sys

from benchmarks.bench import run
from benchmarks.databases import sqlite_file


def main() -> int:
    """Measure on a SQLite file of its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.science.served")
    parser.add_argument("--answers", type=int, default=10_000, help="how many are asked about")
    options = parser.parse_args()
    with sqlite_file() as url:
        return run(["measure_served", "--answers", str(options.answers)], url=url)


if __name__ == "__main__":
    sys.exit(main())
