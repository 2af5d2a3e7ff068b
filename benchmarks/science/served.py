"""Measure how well the running service predicts, beside the same code offline.

    python -m benchmarks.science.served [--answers 10000]

The real answers of four fifths of the learners are sent to a server in bulk; item statistics are
updated after each request as the job would, and parameters are fitted. Then learners of the last
fifth answer through `track-answer`, one by one, and the server's prediction before each answer
(`p_correct`) is scored. Item statistics do not change then, as offline. It takes some minutes.
"""

from __future__ import annotations

import argparse
import sys

from benchmarks.databases import sqlite_file
from benchmarks.environment import run


def main() -> int:
    """Measure on a temporary SQLite file."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.science.served")
    parser.add_argument("--answers", type=int, default=10_000, help="how many are predicted")
    options = parser.parse_args()
    with sqlite_file() as url:
        return run(["measure_served", "--answers", str(options.answers)], url=url)


if __name__ == "__main__":
    sys.exit(main())
