"""Every figure of the learner model beside its target: `make bench-science`.

    python -m benchmarks.science [--pybkt PYTHON] [--served]

Exits with 1 where a target is missed. The real answers are looked for in `$LEARNTRACE_DATA`, else
in `../shared/data`; without them only what is simulated is measured, and that is said.
`--pybkt` names a Python that has pyBKT 1.4.3 (an environment of its own: it needs numpy < 2,
pandas < 2.2 and scikit-learn < 1.4), to be measured beside; `--served` asks a running service,
too, which takes minutes.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterable

from benchmarks.science import (
    anki,
    difficulty,
    fitting,
    mastery,
    memory,
    offline,
    plateaus,
    prediction,
    reviewing,
)
from benchmarks.science.assistments import load
from benchmarks.science.table import Row, show


def main() -> int:
    """Print the tables, and return 1 where a target is missed."""
    parser = argparse.ArgumentParser(
        prog="make bench-science", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--pybkt", metavar="PYTHON", help="measure its pyBKT beside")
    parser.add_argument("--served", action="store_true", help="ask a running service, too")
    options = parser.parse_args()
    met = [titled("Plateaus, of simulated learners", plateaus.rows())]
    met.append(titled("Difficulty, of simulated items", difficulty.rows()))
    met.append(titled("Memory, beside the fsrs package", memory.beside_package()))
    met.append(titled("Order of reviews, of simulated learners", reviewing.rows()))
    try:
        met.append(titled("Memory, of real reviews", memory.rows(anki.load())))
    except SystemExit as absent:
        print(f"\nNothing is measured on real reviews: {absent}")
    try:
        answers = load()
    except SystemExit as absent:
        print(f"\nNothing is measured on real answers: {absent}")
        return int(not all(met))
    met.append(titled("Fitting", fitting.rows(answers, pybkt=options.pybkt)))
    met.append(titled("Knowledge tracing alone", mastery.rows(answers)))
    met.append(titled("Prediction, and its parts", prediction.rows(answers)))
    met.append(titled("Prediction, by LearnerModel", offline.rows(answers)))
    if options.served:
        print("\nPrediction, by the running service", flush=True)
        command = [sys.executable, "-m", "benchmarks.science.served"]
        met.append(subprocess.run(command, check=False).returncode == 0)  # noqa: S603  # ours
    print("\nAll targets met." if all(met) else "\nSome targets are missed.")
    return int(not all(met))


def titled(title: str, rows: Iterable[Row]) -> bool:
    """Print a table under its title, and tell whether its targets are met."""
    print(f"\n{title}", flush=True)
    return show(rows)


if __name__ == "__main__":
    sys.exit(main())
