r"""Replay real answers through HTTP, and check that each was recorded exactly once.

    python benchmarks/replay.py --api contentsession --file answers.csv.gz \
        --url http://127.0.0.1:8080 --key lt_… --learners 8 --limit 20000 --check

The file has the columns user, skill, item, correct (rows in each learner's order). Consecutive
answers of a learner to one skill become one session at an exercise (skill → content), completed by
three right answers in a row; each answer is one PUT. With `--api track-answer` each answer is
tracked by itself, and the server's predictions before the answers are scored at the end; with
`track-answers` answers are sent in bulk, and learners take turns. With `--api study` the file is
one of reviews instead, sent one by one: see `benchmarks/studying.py`. `--check` afterwards lists
what the API has, and compares attempts, right answers and tries with the file. Learners are called
PREFIX + user, with a new prefix each time unless one is given, so a file may be replayed to the
same server twice. With `--retry` the server may even be killed meanwhile (`benchmarks/faults`).
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

from benchmarks.client import Api, RetryPolicy, Tally  # after the path for runs as a script
from benchmarks.rows import Row, read_answers
from benchmarks.studying import Review, check_studied, read_reviews, start_time, study_learner
from benchmarks.tracking import PredictionScore, check_tracked, track_in_bulk, track_learner
from logger.mastery import Criterion

MODEL = {"type": "num_correct_in_a_row_3"}
SECONDS = 20
SHOWN = 5


def content_id_of(skill: str) -> str:
    """Return the id of the content that stands for a skill."""
    return uuid5(NAMESPACE_URL, f"learntrace:replay:{skill}").hex


def split_sessions(rows: Iterable[Row]) -> Iterator[tuple[str, list[Row]]]:
    """Split a learner's answers into sessions of one skill each."""
    for skill, run in itertools.groupby(rows, key=lambda row: row.skill):
        yield skill, list(run)


def replay_learner(api: Api, name: str, rows: list[Row], advance: Callable[[], None]) -> None:
    """Send one learner's answers, in order."""
    for skill, run in split_sessions(rows):
        content = content_id_of(skill)
        body = {
            "user_id": name, "node_id": content, "content_id": content, "channel_id": content,
            "kind": "exercise", "mastery_model": MODEL, "repeat": True,
        }  # fmt: skip
        started = api.call("start", "POST", "/api/logger/contentsession", body)
        for row in run:
            if started is not None:
                _send_answer(api, started["session_id"], row)
            advance()


def _send_answer(api: Api, session: str, row: Row) -> None:
    interaction = {
        "item": row.item, "correct": row.correct, "time_spent": SECONDS, "complete": True,
        "answer": {"correct": bool(row.correct)},
    }  # fmt: skip
    body = {"time_spent_delta": SECONDS, "interactions": [interaction]}
    api.call("answer", "PUT", f"/api/logger/contentsession/{session}", body)


def expected_tries(rows: list[Row]) -> dict[str, list[list[Row]]]:
    """Return each skill's tries, oldest first, as they follow from the file."""
    criterion = Criterion.of(MODEL)
    tries: dict[str, list[list[Row]]] = {}
    mastered: set[str] = set()
    for skill, run in split_sessions(rows):
        skill_tries = tries.setdefault(skill, [[]])
        if skill in mastered:
            skill_tries.append([])
            mastered.discard(skill)
        for row in run:
            skill_tries[-1].append(row)
            if criterion.met([float(answer.correct) for answer in skill_tries[-1]]):
                mastered.add(skill)
    return tries


def check_learner(api: Api, name: str, rows: list[Row], advance: Callable[[], None]) -> None:
    """Compare what the API lists for one learner with the file."""
    for skill, tries in expected_tries(rows).items():
        query = f"content={content_id_of(skill)}&user={quote(name)}"
        listed = api.call("tries", "GET", f"/api/logger/masterylog?{query}") or []
        # `mastery_level` numbers tries in the order of opening; lists are ordered by latest work.
        actual = {row["mastery_level"]: row["correct"] for row in listed}
        expected = {
            level: sum(row.correct for row in answers)
            for level, answers in enumerate(tries, start=1)
        }
        if actual != expected:
            api.tally.fail(f"{name}, skill {skill}: tries {actual}, in the file {expected}")
        attempts = Counter(_list_attempts(api, f"/api/logger/attemptlog?{query}"))
        expected_attempts = Counter((row.item, row.correct) for answers in tries for row in answers)
        if attempts != expected_attempts:
            missing, double = expected_attempts - attempts, attempts - expected_attempts
            api.tally.fail(f"{name}, skill {skill}: missing {missing}, duplicated {double}")
        for _attempt in range(expected_attempts.total()):
            advance()


def _list_attempts(api: Api, path: str) -> Iterator[tuple[str, int]]:
    next_url: str | None = path
    while next_url:
        rows, link = api.call_for_link("attempts", "GET", next_url)
        for row in rows or []:
            yield row["item"], int(row["correct"])
        url = urlsplit(link.partition(">")[0].lstrip("<")) if link else None
        next_url = f"{url.path}?{url.query}" if url else None


def for_each_learner(
    work: Callable[..., None],
    answers: Mapping[str, Sized],
    options: argparse.Namespace,
    title: str,
    tally: Tally,
) -> None:
    """Run some work for each learner on a pool of threads, and print a report."""
    local = threading.local()
    total = sum(len(rows) for rows in answers.values())
    started_at = time.perf_counter()
    with tqdm(total=total, desc=title, unit=" answers", smoothing=0.05) as bar:

        def process_learner(user: str) -> None:
            if not hasattr(local, "api"):
                local.api = Api(options.url, options.key, tally, options.retry_policy)
            work(local.api, options.prefix + user, answers[user], bar.update)

        with ThreadPoolExecutor(options.learners) as pool:
            list(pool.map(process_learner, answers))
    print_report(title, tally, total, time.perf_counter() - started_at)


def replay_sessions(
    answers: dict[str, list[Row]],
    options: argparse.Namespace,
    sent: Tally,
    _score: PredictionScore,
) -> None:
    """Replay answers as content sessions."""
    for_each_learner(replay_learner, answers, options, "replay", sent)


def replay_one_by_one(
    answers: dict[str, list[Row]],
    options: argparse.Namespace,
    sent: Tally,
    prediction_score: PredictionScore,
) -> None:
    """Replay answers through track-answer."""
    work = partial(track_learner, prediction_score=prediction_score)
    for_each_learner(work, answers, options, "replay", sent)


def replay_in_bulk(
    answers: dict[str, list[Row]],
    options: argparse.Namespace,
    sent: Tally,
    _score: PredictionScore,
) -> None:
    """Replay answers through track-answers; each thread has its share of the learners."""
    by_name = [(options.prefix + user, rows) for user, rows in answers.items()]
    shares = [dict(by_name[start :: options.learners]) for start in range(options.learners)]
    total = sum(map(len, answers.values()))
    started_at = time.perf_counter()
    with (
        tqdm(total=total, desc="replay", unit=" answers", smoothing=0.05) as bar,
        ThreadPoolExecutor(options.learners) as pool,
    ):

        def send(share: dict[str, list[Row]]) -> None:
            api = Api(options.url, options.key, sent, options.retry_policy)
            track_in_bulk(api, share, bar.update)

        list(pool.map(send, shares))
    print_report("replay", sent, total, time.perf_counter() - started_at)
    print("  " + ", ".join(f"{sent.counts[word]} {word}" for word in OUTCOMES))


def replay_reviews(
    reviews: dict[str, list[Review]],
    options: argparse.Namespace,
    sent: Tally,
    _score: PredictionScore,
) -> None:
    """Replay reviews through the study-results API."""
    work = partial(study_learner, start=start_time(reviews))
    for_each_learner(work, reviews, options, "replay", sent)


APIS: dict[str, Callable[..., None]] = {
    "contentsession": replay_sessions,
    "track-answer": replay_one_by_one,
    "track-answers": replay_in_bulk,
    "study": replay_reviews,
}
CHECKS: dict[str, Callable[..., None]] = {
    "contentsession": check_learner,
    "track-answer": check_tracked,
    "track-answers": check_tracked,
    "study": check_studied,
}
OUTCOMES = ("accepted", "duplicates", "rejected")


def print_report(title: str, tally: Tally, answers: int, seconds: float) -> None:
    """Print rates, percentiles and errors."""
    requests = sum(len(times) for times in tally.seconds.values())
    print(
        f"{title}: {answers} answers, {requests} requests in {seconds:.1f} s:"
        f" {answers / seconds:.0f} answers/s, {requests / seconds:.0f} requests/s,"
        f" {len(tally.errors)} errors, {tally.counts['resent']} resent,"
        f" {tally.counts['replayed']} replayed by the server"
    )
    for name, times in tally.seconds.items():
        times.sort()
        p50, p95, p99 = (1000 * times[int(len(times) * share)] for share in (0.5, 0.95, 0.99))
        print(f"  {name:8} {len(times):7}  p50 {p50:6.1f}  p95 {p95:6.1f}  p99 {p99:6.1f} ms")
    for error in tally.errors[:SHOWN]:
        print(f"  {error}")


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--api", choices=list(APIS), default="contentsession")
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--key", required=True, help="an API key that reads and writes")
    parser.add_argument(
        "--learners", type=int, default=8, help="how many learners answer at a time"
    )
    parser.add_argument("--limit", type=int, help="maximum number of answers")
    parser.add_argument("--prefix", help="put before each user; default: new each time")
    parser.add_argument(
        "--retry", type=float, default=0, metavar="SECONDS",
        help="send with Idempotency-Keys, and retry for this time if there is no response",
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
    options.retry_policy = RetryPolicy(seconds=options.retry)
    options.prefix = options.prefix or f"replay-{secrets.token_hex(4)}-"
    return options


def main() -> int:
    """Replay and check the answers; return 1 if anything went wrong."""
    options = parse()
    read_file = read_reviews if options.api == "study" else read_answers
    answers: Mapping[str, Sized] = read_file(options.file, options.limit)
    print(f"{len(answers)} learners, called {options.prefix}…")
    sent, checked, prediction_score = Tally(), Tally(), PredictionScore()
    if not options.only_check:
        APIS[options.api](answers, options, sent, prediction_score)
    if prediction_score.pairs:
        print(prediction_score)
    if options.check or options.only_check:
        for_each_learner(CHECKS[options.api], answers, options, "check", checked)
        agrees = "agrees: nothing missing, nothing duplicated"
        print(f"check: {'DISAGREES' if checked.errors else agrees}")
    return int(bool(sent.errors or checked.errors))


if __name__ == "__main__":
    sys.exit(main())
