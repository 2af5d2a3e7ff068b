r"""Replay real answers through HTTP, and check that every one arrived exactly once.

    python benchmarks/replay.py --api contentsession --file answers.csv.gz \
        --url http://127.0.0.1:8080 --key lt_… --learners 8 --limit 20000 --check

The file has the columns user, skill, item, correct (rows in each learner's order). A learner's
run of answers at one skill becomes one session at an exercise (skill → content), completed by
three right answers in a row; each answer is one PUT. With `--api track-answer` each answer is
tracked by itself, and what the server predicted before it is scored at the end; with
`track-answers` they are sent in bulk, learners taking turns. With `--api study` the file is one of
reviews instead, sent one by one: see `benchmarks/studying.py`. `--check` afterwards lists what the
API has and compares attempts, right answers and tries with the file. Learners are called
PREFIX + user, a new prefix each time unless one is given, so a server may be replayed to twice.
With `--retry` a server may even be killed meanwhile (`benchmarks/faults` does).
"""

from __future__ import annotations

import argparse
import itertools
import secrets
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlsplit
from uuid import NAMESPACE_URL, uuid5

from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.client import Api, RetryPolicy, Tally  # run as a script, too
from benchmarks.rows import Row, read
from benchmarks.studying import Review, check_studied, read_reviews, start_of, study_learner
from benchmarks.tracking import PredictionScore, check_tracked, track_learner, track_many
from logger.mastery import Criterion

MODEL = {"type": "num_correct_in_a_row_3"}
SECONDS = 20
SHOWN = 5


def content_of(skill: str) -> str:
    """Return the content that stands for a skill."""
    return uuid5(NAMESPACE_URL, f"learntrace:replay:{skill}").hex


def sessions_of(rows: Iterable[Row]) -> Iterator[tuple[str, list[Row]]]:
    """Cut a learner's answers into sittings at one skill each."""
    for skill, run in itertools.groupby(rows, key=lambda row: row.skill):
        yield skill, list(run)


# Replaying.


def replay_learner(api: Api, name: str, rows: list[Row], done: Callable[[], None]) -> None:
    """Send one learner's answers, in order."""
    for skill, run in sessions_of(rows):
        content = content_of(skill)
        body = {
            "user_id": name, "node_id": content, "content_id": content, "channel_id": content,
            "kind": "exercise", "mastery_model": MODEL, "repeat": True,
        }  # fmt: skip
        started = api.call("start", "POST", "/api/logger/contentsession", body)
        for row in run:
            if started is not None:
                _answer(api, started["session_id"], row)
            done()


def _answer(api: Api, session: str, row: Row) -> None:
    interaction = {
        "item": row.item, "correct": row.correct, "time_spent": SECONDS, "complete": True,
        "answer": {"correct": bool(row.correct)},
    }  # fmt: skip
    body = {"time_spent_delta": SECONDS, "interactions": [interaction]}
    api.call("answer", "PUT", f"/api/logger/contentsession/{session}", body)


# Checking.


def expected(rows: list[Row]) -> dict[str, list[list[Row]]]:
    """Return each skill's tries, oldest first, as the file says they must be."""
    criterion = Criterion.of(MODEL)
    tries: dict[str, list[list[Row]]] = {}
    mastered: set[str] = set()
    for skill, run in sessions_of(rows):
        of_skill = tries.setdefault(skill, [[]])
        if skill in mastered:
            of_skill.append([])
            mastered.discard(skill)
        for row in run:
            of_skill[-1].append(row)
            if criterion.met([float(answer.correct) for answer in of_skill[-1]]):
                mastered.add(skill)
    return tries


def check_learner(api: Api, name: str, rows: list[Row], done: Callable[[], None]) -> None:
    """Compare what the API lists of one learner with the file."""
    for skill, tries in expected(rows).items():
        query = f"content={content_of(skill)}&user={quote(name)}"
        listed = api.call("tries", "GET", f"/api/logger/masterylog?{query}") or []
        # `mastery_level` counts tries as they were opened; lists go by their latest work.
        told = {row["mastery_level"]: row["correct"] for row in listed}
        meant = {
            level: sum(row.correct for row in answers)
            for level, answers in enumerate(tries, start=1)
        }
        if told != meant:
            api.tally.fail(f"{name}, skill {skill}: tries {told}, in the file {meant}")
        attempts = Counter(_listed_attempts(api, f"/api/logger/attemptlog?{query}"))
        wanted = Counter((row.item, row.correct) for answers in tries for row in answers)
        if attempts != wanted:
            missing, double = wanted - attempts, attempts - wanted
            api.tally.fail(f"{name}, skill {skill}: missing {missing}, too many {double}")
        for _answer_checked in range(wanted.total()):
            done()


def _listed_attempts(api: Api, path: str) -> Iterator[tuple[str, int]]:
    following: str | None = path
    while following:
        rows, link = api.call_for_link("attempts", "GET", following)
        for row in rows or []:
            yield row["item"], int(row["correct"])
        url = urlsplit(link.partition(">")[0].lstrip("<")) if link else None
        following = f"{url.path}?{url.query}" if url else None


# Both.


def over_learners(
    work: Callable[..., None],
    answers: Mapping[str, Sized],
    options: argparse.Namespace,
    title: str,
    tally: Tally,
) -> None:
    """Let threads take learners until none is left, and report."""
    local = threading.local()
    total = sum(len(rows) for rows in answers.values())
    began = time.perf_counter()
    with tqdm(total=total, desc=title, unit=" answers", smoothing=0.05) as bar:

        def take(user: str) -> None:
            if not hasattr(local, "api"):
                local.api = Api(options.url, options.key, tally, options.patience)
            work(local.api, options.prefix + user, answers[user], bar.update)

        with ThreadPoolExecutor(options.learners) as pool:
            list(pool.map(take, answers))
    report(title, tally, total, time.perf_counter() - began)


def in_sessions(
    answers: dict[str, list[Row]],
    options: argparse.Namespace,
    sent: Tally,
    _foretold: PredictionScore,
) -> None:
    """Replay content sessions."""
    over_learners(replay_learner, answers, options, "replay", sent)


def one_by_one(
    answers: dict[str, list[Row]],
    options: argparse.Namespace,
    sent: Tally,
    foretold: PredictionScore,
) -> None:
    """Replay through track-answer."""
    work = partial(track_learner, foretold=foretold)
    over_learners(work, answers, options, "replay", sent)


def in_bulk(
    answers: dict[str, list[Row]],
    options: argparse.Namespace,
    sent: Tally,
    _foretold: PredictionScore,
) -> None:
    """Replay through track-answers: each thread has its share of the learners."""
    named = [(options.prefix + user, rows) for user, rows in answers.items()]
    shares = [dict(named[start :: options.learners]) for start in range(options.learners)]
    total = sum(map(len, answers.values()))
    began = time.perf_counter()
    with (
        tqdm(total=total, desc="replay", unit=" answers", smoothing=0.05) as bar,
        ThreadPoolExecutor(options.learners) as pool,
    ):

        def send(share: dict[str, list[Row]]) -> None:
            api = Api(options.url, options.key, sent, options.patience)
            track_many(api, share, bar.update)

        list(pool.map(send, shares))
    report("replay", sent, total, time.perf_counter() - began)
    print("  " + ", ".join(f"{sent.counts[word]} {word}" for word in OUTCOMES))


def in_reviews(
    reviews: dict[str, list[Review]],
    options: argparse.Namespace,
    sent: Tally,
    _foretold: PredictionScore,
) -> None:
    """Replay through the study-results API."""
    work = partial(study_learner, start=start_of(reviews))
    over_learners(work, reviews, options, "replay", sent)


APIS: dict[str, Callable[..., None]] = {
    "contentsession": in_sessions,
    "track-answer": one_by_one,
    "track-answers": in_bulk,
    "study": in_reviews,
}
CHECKS: dict[str, Callable[..., None]] = {
    "contentsession": check_learner,
    "track-answer": check_tracked,
    "track-answers": check_tracked,
    "study": check_studied,
}
OUTCOMES = ("accepted", "duplicates", "rejected")


def report(title: str, tally: Tally, answers: int, seconds: float) -> None:
    """Print rates, percentiles and errors."""
    requests = sum(len(times) for times in tally.seconds.values())
    print(
        f"{title}: {answers} answers, {requests} requests in {seconds:.1f} s:"
        f" {answers / seconds:.0f} answers/s, {requests / seconds:.0f} requests/s,"
        f" {len(tally.errors)} errors, {tally.counts['resent']} sent again,"
        f" {tally.counts['replayed']} answered from memory"
    )
    for name, times in tally.seconds.items():
        times.sort()
        p50, p95, p99 = (1000 * times[int(len(times) * share)] for share in (0.5, 0.95, 0.99))
        print(f"  {name:8} {len(times):7}  p50 {p50:6.1f}  p95 {p95:6.1f}  p99 {p99:6.1f} ms")
    for error in tally.errors[:SHOWN]:
        print(f"  {error}")


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--api", choices=list(APIS), default="contentsession")
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--key", required=True, help="an API key that reads and writes")
    parser.add_argument("--learners", type=int, default=8, help="how many work at a time")
    parser.add_argument("--limit", type=int, help="at most so many answers")
    parser.add_argument("--prefix", help="put before each user; default: new each time")
    parser.add_argument(
        "--retry", type=float, default=0, metavar="SECONDS",
        help="send under Idempotency-Keys, and again for so long where no answer came",
    )  # fmt: skip
    parser.add_argument("--check", action="store_true", help="compare with the file afterwards")
    parser.add_argument(
        "--only-check", action="store_true", help="compare an earlier replay (needs --prefix)"
    )
    options = parser.parse_args(arguments)
    if options.only_check and not options.prefix:
        parser.error("--only-check needs the --prefix of the replay")
    if not options.file.exists():
        parser.error(f"there is no file {options.file}")
    options.patience = RetryPolicy(seconds=options.retry)
    options.prefix = options.prefix or f"replay-{secrets.token_hex(4)}-"
    return options


def main() -> int:
    """Replay, check, and return 1 where anything went wrong."""
    options = parse()
    reading = read_reviews if options.api == "study" else read
    answers: Mapping[str, Sized] = reading(options.file, options.limit)
    print(f"{len(answers)} learners, called {options.prefix}…")
    sent, checked, foretold = Tally(), Tally(), PredictionScore()
    if not options.only_check:
        APIS[options.api](answers, options, sent, foretold)
    if foretold.pairs:
        print(foretold)
    if options.check or options.only_check:
        over_learners(CHECKS[options.api], answers, options, "check", checked)
        agrees = "agrees: nothing missing, nothing double"
        print(f"check: {'DISAGREES' if checked.errors else agrees}")
    return int(bool(sent.errors or checked.errors))


if __name__ == "__main__":
    sys.exit(main())
