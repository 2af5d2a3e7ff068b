"""Measure the fit of skill parameters: likelihood, speed, memory, recovery; `learning-science` 1.

    python -m benchmarks.science.fitting [--pybkt PYTHON]

PYTHON is the interpreter of an environment with pyBKT (it needs numpy < 2, pandas < 2.2 and
scikit-learn < 1.4, so this environment cannot have it); it then fits the same answers on the same
machine, which takes some minutes, and its parameters are evaluated by our forward pass. Times are
processor times.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np

from analytics.core.bkt import ParamRows
from analytics.core.fit import Fit, fit
from analytics.core.forward_backward import log_likelihood
from analytics.core.packed_sequences import Sequences
from benchmarks.science.assistments import Answers, load
from benchmarks.science.table import Row, at_least, at_most, show
from tests.analytics.core.simulated import simulated

PYBKT_LIKELIHOOD = -124_169.0
MIN_SPEEDUP = 100.0
MAX_MEGABYTES = 150.0
MAX_LONG_SECONDS = 0.5
MAX_ERRORS = {"prior": 0.03, "learn": 0.010, "guess": 0.010, "slip": 0.004}
DRAWS = 20
# Ranges of plausible skills; how well guesses can be estimated depends on their number.
MIN_TRUE, MAX_TRUE = (0.10, 0.05, 0.10, 0.03), (0.50, 0.25, 0.25, 0.15)
MARGIN = 1e-9

# Reads the answers from standard input; writes the seconds and the parameters of each skill.
PYBKT = """
import json, sys, time
import pandas
from pyBKT.models import Model
learner, skill, score = json.load(sys.stdin)
names = [f"skill {number}" for number in skill]
answers = pandas.DataFrame({
    "user_id": learner, "skill_name": names, "correct": score, "order_id": range(len(score)),
})
started = time.process_time()
model = Model(seed=0, num_fits=1, parallel=False)
model.fit(data=answers)
seconds = time.process_time() - started
found = model.params()["value"]
columns = [
    [float(found[name, parameter, "default"]) for parameter in
     ("prior", "learns", "guesses", "slips")]
    for name in (f"skill {number}" for number in range(max(skill) + 1))
]
print(json.dumps([seconds, columns]))
"""


def rows(answers: Answers, *, pybkt: str | None = None) -> Iterator[Row]:
    """Measure on the real answers, then on simulated ones."""
    seconds, classic = fit_timed(answers, forgetting=False)
    yield at_least("classic: log likelihood", classic.log_likelihood.sum(), PYBKT_LIKELIHOOD)
    yield Row("classic: s", seconds)
    if pybkt:
        yield from compare_with_pybkt(answers, pybkt, seconds=seconds)
    seconds, with_forgetting = fit_timed(answers, forgetting=True)
    minimum = float(classic.log_likelihood.sum())
    yield at_least("forgetting: log likelihood", with_forgetting.log_likelihood.sum(), minimum)
    yield Row("forgetting: s", seconds)
    yield at_most("both fits in a process: MB", peak_megabytes(), MAX_MEGABYTES)
    yield at_most("both fits of one learner with 10,000 answers: s", _long_fits(), MAX_LONG_SECONDS)
    yield from parameter_errors()


def fit_timed(answers: Answers, *, forgetting: bool) -> tuple[float, Fit]:
    """Fit as the service does; return the seconds and the fit."""
    started = time.process_time()
    fitted = fit(
        answers.learner,
        answers.skill,
        answers.score,
        skills=answers.skills,
        forgetting=forgetting,
    )
    return time.process_time() - started, fitted


def compare_with_pybkt(answers: Answers, pybkt: str, *, seconds: float) -> Iterator[Row]:
    """Fit the same answers by pyBKT, and compare."""
    columns = [answers.learner.tolist(), answers.skill.tolist(), answers.score.tolist()]
    process = subprocess.run(  # noqa: S603  the interpreter is the caller's choice
        [pybkt, "-W", "ignore", "-c", PYBKT],
        input=json.dumps(columns),
        capture_output=True,
        text=True,
        check=True,
    )
    pybkt_seconds, parameters = json.loads(process.stdout.splitlines()[-1])
    prior, learn, guess, slip = np.clip(np.array(parameters).T, MARGIN, 1.0 - MARGIN)
    params = ParamRows(prior, learn, guess, slip, np.zeros_like(prior))
    packed = Sequences.of(answers.learner, answers.skill, answers.score).packed()
    yield Row("pyBKT: log likelihood", log_likelihood(packed, params).sum())
    yield Row("pyBKT: s", pybkt_seconds)
    yield at_least("classic: times as fast as pyBKT", pybkt_seconds / seconds, MIN_SPEEDUP)


def _long_fits() -> float:
    """Return the seconds of both fits to 10,000 answers of one learner at one skill."""
    score = np.random.default_rng(0).integers(0, 2, 10_000).astype(np.float64)
    zeros = np.zeros(len(score), dtype=np.int64)
    answers = Answers(zeros, zeros, zeros, score)
    return sum(fit_timed(answers, forgetting=forgetting)[0] for forgetting in (False, True))


def peak_megabytes() -> float:
    """Return the peak memory of a process that reads the answers and fits them twice."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_fit_twice).result()


def _fit_twice() -> float:
    answers = load()
    for forgetting in (False, True):
        fit_timed(answers, forgetting=forgetting)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def parameter_errors() -> Iterator[Row]:
    """Yield mean absolute errors over skills: 8 skills, 400 learners, 15 answers each."""
    errors = np.mean([_errors(seed) for seed in range(DRAWS)], axis=0)
    for (name, max_error), error in zip(MAX_ERRORS.items(), errors, strict=True):
        yield at_most(f"simulated: error of {name}", error, max_error)


def _errors(seed: int) -> list[float]:
    random = np.random.default_rng(seed)
    prior, learn, guess, slip = random.uniform(MIN_TRUE, MAX_TRUE, (8, 4)).T
    truth = ParamRows(prior, learn, guess, slip, forget=np.zeros(8))
    answers = simulated(
        [truth.row(skill) for skill in range(8)], learners=400, answers=15, seed=seed
    )
    fitted = fit(*answers, skills=8).rows
    return [float(np.abs(a - b).mean()) for a, b in zip(fitted[:4], truth[:4], strict=True)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pybkt", metavar="PYTHON", help="compare with its pyBKT")
    sys.exit(not show(rows(load(), pybkt=parser.parse_args().pybkt)))
