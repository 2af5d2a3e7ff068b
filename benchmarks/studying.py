"""Replay real reviews through the study-results API, and check its responses.

The file has the columns user, item, t_s (seconds from the first review), grade (1 is wrong) and
ms. Times are shifted into the past so that the last review was an hour ago. Afterwards the check
computes the expected values from the file alone through `analytics.core` and compares the
statistics of every item, and of the whole `GET /v3/study` the due items and their order.
Readiness and order depend on the time, so both are computed for the second in the server's Date
header; items whose gains are equal to a millionth, or to what they change within two seconds, may
have changed places.
"""

from __future__ import annotations

import csv
import gzip
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isclose
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from uuid import NAMESPACE_URL, uuid5

import numpy as np

from analytics.core import scheduling
from analytics.core.logistic import FloatArray, IntArray
from analytics.core.memory import Grade, Memories
from analytics.core.readiness import recall_probability_now
from analytics.core.recall import Practice, RecallModel
from analytics.core.review_batch import Reviews, replay_reviews
from benchmarks.client import Api

MAX_MILLIS = 10**10
PAGE_SIZE = 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SLACK = 1e-6
SLACK_MICROSECONDS = 2_000_000
ROUNDING = 5.1e-5


@dataclass(frozen=True, slots=True)
class Review:
    """One real review; `offset` is in seconds from the first review of the file."""

    item: str
    offset: int
    is_right: bool
    millis: int

    @property
    def guid(self) -> str:
        """The GUID that stands for the item."""
        return str(uuid5(NAMESPACE_URL, f"learntrace:replay:item:{self.item}"))


def read_reviews(path: Path, limit: int | None) -> dict[str, list[Review]]:
    """Read a file's reviews by learner; at most `limit` reviews."""
    reviews: dict[str, list[Review]] = {}
    opener: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", newline="") as file:
        for line in itertools.islice(csv.DictReader(file), limit):
            millis = min(int(line["ms"]), MAX_MILLIS)
            review = Review(line["item"], int(line["t_s"]), int(line["grade"]) > 1, millis)
            reviews.setdefault(line["user"], []).append(review)
    return reviews


def start_time(reviews: Mapping[str, Sequence[Review]]) -> datetime:
    """Return the time to give the first review, so that all reviews lie in the past."""
    last = max(review.offset for rows in reviews.values() for review in rows)
    return datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=last, hours=1)


def study_learner(
    api: Api, name: str, rows: list[Review], advance: Callable[[], object], *, start: datetime
) -> None:
    """Send one learner's results in order, one by one."""
    partner = fetch_partner_id(api)
    for position, review in enumerate(rows):
        body = {
            "user_id": name,
            "partner_id": partner,
            "learning_engine_guid": review.guid,
            "quiz_result": "Correct" if review.is_right else "Incorrect",
            "study_time_millis": review.millis,
            "timestamp": (start + timedelta(seconds=review.offset)).isoformat(),
            "event_id": f"{name}/{position}",
        }
        api.call("result", "POST", "/v3/study", body)
        advance()


def fetch_partner_id(api: Api) -> str:
    """Return the partner id of the key's facility."""
    profile = api.call("profile", "GET", "/v3/my/profile")
    return str(profile["data"]["attributes"]["facility-id"]) if profile else ""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """Expected values of one learner's items: columns of shape (items,)."""

    guids: list[str]
    memories: Memories
    due: IntArray
    practice: Practice
    model: RecallModel
    reviews: IntArray
    right: IntArray
    millis: IntArray

    @classmethod
    def of(cls, rows: Sequence[Review], start: datetime) -> Expected:
        """Replay the reviews one after the other."""
        guids = list(dict.fromkeys(review.guid for review in rows))
        indexes = {guid: index for index, guid in enumerate(guids)}
        item = np.array([indexes[review.guid] for review in rows], dtype=np.int64)
        right = np.array([review.is_right for review in rows], dtype=np.int64)
        offset = np.array([review.offset for review in rows], dtype=np.int64)
        replayed = replay_reviews(
            Reviews(
                learner=np.zeros(len(rows), dtype=np.int64),
                memory=item,
                grade=np.where(right, int(Grade.CORRECT), int(Grade.INCORRECT)),
                at=microseconds(start) + offset * 1_000_000,
                seconds=np.array([review.millis for review in rows]) / 1000,
            )
        )

        def sum_by_item(values: IntArray) -> IntArray:
            total = np.zeros(len(guids), dtype=np.int64)
            np.add.at(total, item, values)
            return total

        return cls(
            guids=guids,
            memories=replayed.memories,
            due=replayed.due(),
            practice=replayed.practice,
            model=replayed.models.take(0),
            reviews=sum_by_item(np.ones_like(item)),
            right=sum_by_item(right),
            millis=sum_by_item(np.array([review.millis for review in rows], dtype=np.int64)),
        )

    def gains(self, rows: IntArray, at: int) -> FloatArray:
        """Return the gain per second of studying each of these items."""
        memories = self.memories.take(rows)
        seconds = scheduling.expected_seconds(self.millis[rows] / 1000, self.reviews[rows])
        return scheduling.gains(memories, at, recall=self.recall(rows, at), seconds=seconds)

    def recall(self, rows: IntArray, at: int) -> FloatArray:
        """Return the recall probability that is served for each of these items."""
        memories, practice = self.memories.take(rows), self.practice.take(rows)
        return recall_probability_now(memories, practice, self.model, at)


def microseconds(moment: datetime) -> int:
    """Return a time in whole microseconds since 1970 UTC."""
    return (moment - EPOCH) // MICROSECOND


def check_studied(api: Api, name: str, rows: list[Review], advance: Callable[[], object]) -> None:
    """Compare what the API returns for one learner with the file."""
    partner = fetch_partner_id(api)
    last = _fetch_stats(api, name, rows[-1].guid, partner)
    if last is None:
        return
    last_study_time = datetime.fromisoformat(last[0]["last-study-time"])
    expected = Expected.of(rows, last_study_time - timedelta(seconds=rows[-1].offset))
    for row, guid in enumerate(expected.guids):
        stats = _fetch_stats(api, name, guid, partner)
        if stats is not None:
            for problem in _differences(expected, row, *stats):
                api.tally.fail(f"{name}, item {guid}: {problem}")
        for _review in range(int(expected.reviews[row])):
            advance()
    for problem in _order_problems(api, name, expected, partner):
        api.tally.fail(f"{name}: {problem}")


def _fetch_stats(
    api: Api, name: str, guid: str, partner: str
) -> tuple[dict[str, Any], datetime] | None:
    user = quote(name, safe="")
    path = f"/v3/users/{user}/items/{guid}/learning_stats?{urlencode({'partner_id': partner})}"
    body, at = api.call_at("item", "GET", path)
    return None if body is None else (body["data"]["attributes"], at)


def _differences(
    expected: Expected, row: int, stats: Mapping[str, Any], at: datetime
) -> Iterator[str]:
    """Yield the differences between an item's statistics and the file."""
    count, right = int(expected.reviews[row]), int(expected.right[row])
    [recall] = expected.recall(np.array([row]), microseconds(at)).tolist()
    exactly = {
        "presentations-count": count,
        "total-study-time-millis": int(expected.millis[row]),
        "accuracy": round(right / count, 4),
    }
    for name, value in exactly.items():
        if stats[name] != value:
            yield f"{name} {stats[name]}, in the file {value}"
    due = microseconds(datetime.fromisoformat(stats["see-next-at"]))
    # Sums of single reviews are rounded differently from those of a batch.
    if not isclose(due, int(expected.due[row]), rel_tol=0, abs_tol=1000):
        yield f"due at {due}, by the file {int(expected.due[row])}"
    if not isclose(stats["readiness"], recall, abs_tol=2 * ROUNDING):
        yield f"readiness {stats['readiness']}, by the file {recall}"


def _order_problems(api: Api, name: str, expected: Expected, partner: str) -> Iterator[str]:
    """Yield the differences between the items to study, in order, and the file."""
    listed, at = _fetch_items_to_study(api, name, partner)
    now = microseconds(at)
    due = set(np.flatnonzero(expected.due <= now).tolist())
    borderline = set(np.flatnonzero(np.abs(expected.due - now) <= 30_000_000).tolist())
    indexes = {guid: index for index, guid in enumerate(expected.guids)}
    order = [indexes.get(guid, -1) for guid in listed]
    if (
        set(order) - due - borderline
        or due - set(order) - borderline
        or len(set(order)) != len(order)
    ):
        yield f"{len(listed)} items are due, by the file {len(due)}"
        return
    rows = np.array(order, dtype=np.int64)
    gains = expected.gains(rows, now)
    slack = SLACK * np.abs(gains) + np.abs(expected.gains(rows, now + SLACK_MICROSECONDS) - gains)
    best_after = np.maximum.accumulate(gains[::-1])[::-1]
    wrong = int(np.sum(gains + 2 * slack < best_after))
    moved = int(np.sum(gains < best_after)) - wrong
    print(f"  {name}: {len(order)} of {len(indexes)} items due, {moved} moved by the clock alone")
    if wrong:
        yield f"{wrong} of {len(order)} items come before better ones"


def _fetch_items_to_study(api: Api, name: str, partner: str) -> tuple[list[str], datetime]:
    """Return the ids of all items to study, and the time of the request."""
    query = {"user_id": name, "partner_id": partner, "page[size]": PAGE_SIZE}
    path: str | None = f"/v3/study?{urlencode(query)}"
    guids: list[str] = []
    started: datetime | None = None
    while path:
        page, at = api.call_at("reviews", "GET", path)
        started = started or at
        guids += [each["id"] for each in page["data"]] if page else []
        path = page["links"]["next"] if page else None
    return guids, started or EPOCH
