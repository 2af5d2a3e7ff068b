"""`measure_served`: measure how well the running service predicts; see `science.served`."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from tqdm import tqdm

from analytics.core.learner_model import LearnerModel
from analytics.services.item_statistics import fold_events
from benchmarks.client import Api, Tally
from benchmarks.rows import Row as Answer
from benchmarks.science.assistments import Answers, load
from benchmarks.science.mastery import folds
from benchmarks.science.offline import events, predictions
from benchmarks.science.scoring import auc
from benchmarks.science.table import Row, at_most, show
from benchmarks.server import running_server
from benchmarks.tracking import BULK_BATCH_SIZE, PredictionScore, batches, take_turns, track_learner
from roster.models import Facility, Scope
from roster.services import create_api_key

MAX_DIFFERENCE = 0.002
CLIENTS = 4


class Command(BaseCommand):
    help = "Measure the predictions of the service on this database, beside the same code offline."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--answers", type=int, required=True)

    def handle(self, *_args: Any, answers: int, **_options: Any) -> None:
        call_command("migrate", verbosity=0)
        if not show(rows(load(), count=answers)):
            sys.exit(1)


def rows(answers: Answers, *, count: int) -> Iterator[Row]:
    """Measure the service, and the offline model on the same answers."""
    held_out = folds(answers.learner) == 0
    training, unseen = answers.select(~held_out), _whole_learners(answers.select(held_out), count)
    served = _measure_service(training, unseen)
    model = LearnerModel()
    model.fit(events(training))
    offline = auc(predictions(model, unseen), unseen.score)
    yield Row("service: AUC of p_correct", served)
    yield Row("offline: AUC of the same answers", offline)
    yield at_most("difference of service and offline", abs(served - offline), MAX_DIFFERENCE)


def _whole_learners(answers: Answers, count: int) -> Answers:
    """Return about `count` answers: all answers of some learners."""
    counted = Counter(answers.learner.tolist())
    chosen: set[int] = set()
    for learner, number in counted.items():
        if count <= 0:
            break
        chosen.add(learner)
        count -= number
    return answers.select(np.isin(answers.learner, list(chosen)))


def _by_learner(answers: Answers) -> dict[str, list[Answer]]:
    by_learner: dict[str, list[Answer]] = {}
    for learner, skill, item, score in events(answers):
        row = Answer(str(learner), str(skill), str(item), int(score))
        by_learner.setdefault(row.user, []).append(row)
    return by_learner


def _measure_service(training: Answers, unseen: Answers) -> float:
    """Return the AUC of the server's predictions."""
    facility = Facility.objects.create(name="benchmark")
    secret = create_api_key(facility, name="served", scopes={Scope.WRITE}, at=timezone.now())[1]
    tally, prediction_score = Tally(), PredictionScore()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(workers=1, threads=8, log=Path(folder) / "server.log") as server,
    ):
        connect = partial(Api, f"http://127.0.0.1:{server.port}", secret, tally)
        send_training(connect(), training)
        call_command("fit_skills", verbosity=0, stdout=sys.stderr)
        learners = _by_learner(unseen)
        with tqdm(total=len(unseen.score), desc="predicting", unit=" answers") as bar:

            def track(name: str) -> None:
                track_learner(connect(), name, learners[name], bar.update, prediction_score)

            with ThreadPoolExecutor(CLIENTS) as pool:
                list(pool.map(track, learners))
    if tally.errors:
        raise SystemExit(f"{len(tally.errors)} errors, such as {tally.errors[0]}")
    predicted, score = np.array(prediction_score.pairs, dtype=np.float64).T
    return auc(predicted, score)


def send_training(api: Api, training: Answers) -> None:
    """Send answers in bulk, and update the item statistics after each request."""
    bodies = batches(take_turns(_by_learner(training)), BULK_BATCH_SIZE)
    with tqdm(total=len(training.score), desc="training", unit=" answers") as bar:
        for body in bodies:
            api.call("bulk", "POST", "/api/v1/track-answers", body)
            while fold_events(timezone.now()):
                pass
            bar.update(len(body))
