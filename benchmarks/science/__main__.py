"""Measure every figure of the learner model beside its target: `make bench-science`.

    python -m benchmarks.science [--pybkt PYTHON] [--served] [--quick]

Exits with 1 if a target is missed. The real answers are read from `$LEARNTRACE_DATA`, else from
`../shared/data`; without them only simulated data is measured, and a message says so. `--pybkt`
names a Python that has pyBKT 1.4.3 (an environment of its own: it needs numpy < 2, pandas < 2.2
and scikit-learn < 1.4), which is measured for comparison; `--served` measures a running service,
too, which takes minutes. `--quick` reads an eighth of the real learners: it shows that everything
runs, but fewer answers miss more targets.
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
    forecasts,
    mastery,
    memory,
    next_steps,
    offline,
    plateaus,
    prediction,
    reviewing,
    stuckness,
)
from benchmarks.science.assistments import load, load_timed, untimed
from benchmarks.science.table import Row, show

QUICK = 8  # one learner of so many


def main() -> int:
    """Print the tables; return 1 if a target is missed."""
    parser = argparse.ArgumentParser(
        prog="make bench-science", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--pybkt", metavar="PYTHON", help="compare with its pyBKT")
    parser.add_argument("--served", action="store_true", help="measure a running service, too")
    parser.add_argument("--quick", action="store_true", help="read an eighth of the real learners")
    options = parser.parse_args()
    met = [show_table("Plateaus, of simulated learners", plateaus.rows())]
    met.append(show_table("Progress, of simulated learners", forecasts.simulated_rows()))
    met.append(show_table("Difficulty, of simulated items", difficulty.rows()))
    met.append(show_table("Memory, beside the fsrs package", memory.compare_with_package()))
    met.append(show_table("Order of reviews, of simulated learners", reviewing.rows()))
    met.append(show_table("Order of skills, of simulated learners", next_steps.rows()))
    try:
        met.append(show_table("Memory, of real reviews", memory.rows(anki.load())))
    except SystemExit as absent:
        print(f"\nNothing is measured on real reviews: {absent}")
    try:
        answers, timed = load(), load_timed()
        if options.quick:
            answers, timed = answers.of_some_learners(QUICK), timed.of_some_learners(QUICK)
    except SystemExit as absent:
        print(f"\nNothing is measured on real answers: {absent}")
        return int(not all(met))
    met.append(show_table("Fitting", fitting.rows(answers, pybkt=options.pybkt)))
    met.append(show_table("Knowledge tracing alone", mastery.rows(answers)))
    met.append(show_table("Prediction, and its parts", prediction.rows(answers)))
    met.append(show_table("Stuckness, of real learners", stuckness.rows(answers)))
    met.append(show_table("Prediction, by LearnerModel", offline.rows(answers)))
    met.append(show_table("Forecasts, with times", forecasts.rows(timed, has_target=True)))
    met.append(
        show_table("Forecasts, without times", forecasts.rows(untimed(answers), has_target=False))
    )
    met.append(show_table("Prediction, with times, by LearnerModel", offline.timed_rows(timed)))
    if options.served:
        print("\nPrediction, by the running service", flush=True)
        command = [sys.executable, "-m", "benchmarks.science.served"]
        met.append(subprocess.run(command, check=False).returncode == 0)  # noqa: S603  # our own command
    print("\nAll targets met." if all(met) else "\nSome targets are missed.")
    return int(not all(met))


def show_table(title: str, rows: Iterable[Row]) -> bool:
    """Print a table under its title; return whether its targets are met."""
    print(f"\n{title}", flush=True)
    return show(rows)


if __name__ == "__main__":
    sys.exit(main())
