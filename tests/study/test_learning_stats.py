"""Statistics of learners, sets and items: `GET /v3/users/:id/…/learning_stats`, contract 3."""

from __future__ import annotations

from datetime import timedelta
from math import pi, sqrt
from statistics import mean
from typing import Any
from urllib.parse import quote

import pytest
import time_machine

from analytics.core.logistic import sigmoid
from analytics.core.memory import retrievability
from analytics.models import Item, ItemMemory, SkillState
from roster.models import User
from tests.analytics.event_builders import answer, tracked
from tests.conftest import Client
from tests.factories import NOW, School
from tests.study.study_builders import (
    document_of,
    guid_of,
    item_stats,
    make_set,
    reviews,
    stats,
    study,
)

DAY = timedelta(days=1)
BY_HOUR = "predicted-efficiency-by-hour"


@pytest.fixture(autouse=True)
def _at(clock: time_machine.Traveller) -> None:
    pass


def ask(client: Client, path: str) -> dict[str, Any]:
    return document_of(
        client.get(f"/v3/users/student_ada/{path}learning_stats", {"partner_id": "779"})
    )


# Statistics of a learner.


def test_a_learner_without_answers_is_equally_efficient_at_every_hour(school: School, app: Client):
    """contract 3: {"0" … "23"}; .5 for hours without answers."""
    document = ask(app, "")

    assert document["data"]["type"] == "user-learning-stats"
    assert document["data"]["id"] == str(school.ada.pk)
    assert document["data"]["attributes"] == {BY_HOUR: {str(hour): 0.5 for hour in range(24)}}


def test_hours_are_in_utc(school: School, app: Client):
    """contract 3: in UTC, whatever time zone the results were sent in."""
    for day in range(1, 9):
        study(app, f"a{day}", timestamp=f"2026-02-0{day}T08:59:59+00:00")
        wrong = {"quiz_result": "Incorrect"}
        study(app, f"b{day}", timestamp=f"2026-02-0{day}T23:10:00+02:00", **wrong)

    by_hour = stats(app)[BY_HOUR]

    assert by_hour["8"] > 0.6
    assert by_hour["21"] < 0.4
    assert {share for hour, share in by_hour.items() if hour not in ("8", "21")} == {0.5}


def test_answers_of_every_api_count(school: School, app: Client):
    """All APIs move one learner model."""
    for day in range(1, 9):
        tracked(app, answer(timestamp=f"2026-02-0{day}T08:00:00Z"))
        tracked(app, answer(timestamp=f"2026-02-0{day}T20:00:00Z", is_correct=False))

    by_hour = stats(app)[BY_HOUR]

    assert by_hour["8"] > 0.5 > by_hour["20"]


def test_only_the_newest_answers_count(
    school: School, app: Client, monkeypatch: pytest.MonkeyPatch
):
    """Learners change: the limit is 5,000 answers, here 4."""
    monkeypatch.setattr("study.selectors.hourly_efficiency.MAX_ANSWERS", 4)
    for hour, quiz_result in ((20, "Incorrect"), (8, "Correct"), (9, "Incorrect")):
        for minute in (1, 2):
            at = NOW.replace(day=1, hour=hour, minute=minute) - DAY * (hour == 20)
            study(app, f"q{hour}", quiz_result=quiz_result, timestamp=at)

    by_hour = stats(app)[BY_HOUR]

    assert by_hour["8"] > 0.5 > by_hour["9"]
    assert by_hour["20"] == 0.5


# Statistics of a set.


def test_the_readiness_of_a_set_is_the_mean_of_its_items(school: School, app: Client):
    """contract 3: mean recall probability now over the set's items."""
    study_set = make_set(school.facility, "a", "b", "c", "d")
    for code, days in (("a", 30), ("b", 2), ("b", 1), ("c", 0.01)):
        study(app, code, timestamp=NOW - days * DAY)

    document = ask(app, f"sets/{study_set.pk}/")
    each = [item_stats(app, code) for code in "abcd"]

    assert document["data"]["type"] == "set-learning-stats"
    assert document["data"]["id"] == f"{school.ada.pk}-{study_set.pk}"
    attributes = document["data"]["attributes"]
    assert attributes["readiness"] == pytest.approx(mean(e["readiness"] for e in each), abs=1e-4)
    assert 0 < attributes["readiness"] < 1
    assert (attributes["items-count"], attributes["studied-count"]) == (4, 3)
    due = [e for e in each if e["see-next-at"] and e["see-next-at"] <= f"{NOW:%FT%T.%fZ}"]
    assert attributes["due-count"] == len(due) == 1
    assert (
        reviews(app, set_id=str(study_set.pk))["meta"]["total-count"] == 2
    )  # the due item and the new one


def test_the_readiness_of_an_unstudied_set_is_its_prior(school: School, app: Client):
    """contract 3: unstudied items count with their prior."""
    easy, hard = make_set(school.facility, "a", name="easy"), make_set(school.facility, "b")
    for code, difficulty in (("a", -2.0), ("b", 2.0)):
        known = {"difficulty_mean": difficulty, "difficulty_variance": 0.05, "answers": 200}
        Item.objects.filter(code=code).update(**known)

    ready = [stats(app, f"sets/{study_set.pk}")["readiness"] for study_set in (easy, hard)]

    assert 0 < ready[1] < 0.5 < ready[0] < 1
    assert ready == [item_stats(app, code)["readiness"] for code in "ab"]


def test_the_prior_depends_on_the_ability_of_the_learner(school: School, app: Client):
    """learning-science 2: ability, and ability at the set's skill."""
    study_set, other = (
        make_set(school.facility, "a", "b"),
        make_set(school.facility, "c", name="other"),
    )
    before = [item_stats(app, code)["readiness"] for code in "bc"]

    for day in (3, 2, 1):
        study(app, "a", timestamp=NOW - day * DAY)

    able = [item_stats(app, code)["readiness"] for code in "bc"]
    assert able[0] > able[1] > before[1]
    SkillState.objects.update(ability_mean=-3.0)
    assert item_stats(app, "b")["readiness"] < before[0]
    assert {study_set.skill_id, other.skill_id} == {item.skill_id for item in Item.objects.all()}


def test_an_empty_set_has_no_readiness(school: School, app: Client):
    study_set = make_set(school.facility)

    assert stats(app, f"sets/{study_set.pk.hex.upper()}") == {
        "readiness": None, "items-count": 0, "studied-count": 0, "due-count": 0,
    }  # fmt: skip


def test_a_set_studied_by_another_learner_is_not_studied(school: School, app: Client):
    study_set = make_set(school.facility, "a", "b")
    study(app, "a", user_id="student_ben")
    study(app, "a", user_id="student_chen")

    ada, ben = (
        stats(app, f"sets/{study_set.pk}", user=f"student_{name}") for name in ("ada", "ben")
    )

    assert (ada["items-count"], ada["studied-count"]) == (2, 0)
    assert (ben["items-count"], ben["studied-count"]) == (2, 1)
    assert ada["readiness"] < ben["readiness"]


# Statistics of an item.


def test_an_item_never_studied_has_only_its_prior(school: School, app: Client):
    """contract 3 (ours)"""
    study(app, "q1", user_id="student_ben")

    document = ask(app, f"items/{guid_of('q1')}/")

    assert document["data"]["type"] == "item-learning-stats"
    assert document["data"]["id"] == f"{school.ada.pk}-{guid_of('q1')}"
    attributes = document["data"]["attributes"]
    # By hand: θ = 0, b + d = −.6, v = .6 + 1.0 + .8; learning-science 2.
    assert attributes.pop("readiness") == round(sigmoid(0.6 / sqrt(1 + pi * 2.4 / 8)), 4)
    assert attributes == {
        "difficulty": None, "difficulty-sd": None, "accuracy": None, "presentations-count": 0,
        "total-study-time-millis": 0, "last-study-time": None, "see-next-at": None,
        "review-interval": None,
    }  # fmt: skip


def test_the_statistics_of_an_item_summarise_its_reviews(school: School, app: Client):
    """contract 3 (ours): counts, times, accuracy and the next review."""
    results = [("Correct", 4930, 3), ("AlmostCorrect", 1, 2), ("Incorrect", 70, 1)]
    for quiz_result, millis, days in results:
        at = NOW - days * DAY
        study(app, "q1", quiz_result=quiz_result, study_time_millis=millis, timestamp=at)

    attributes = item_stats(app)

    assert attributes["accuracy"] == 0.5
    assert attributes["presentations-count"] == 3
    assert attributes["total-study-time-millis"] == 5001
    assert attributes["last-study-time"] == "2026-03-01T09:30:00.000000Z"
    assert attributes["see-next-at"] > attributes["last-study-time"]
    assert attributes["review-interval"] > 0


def test_a_first_review_is_scheduled_as_by_fsrs(school: School, app: Client):
    """learning-science 5: S = w3 = 2.3065 days, when R is .9; the served recall is .9 earlier."""
    study(app, "q1", timestamp=NOW - DAY)

    attributes = item_stats(app)

    assert ItemMemory.objects.get().stability == 2.3065
    assert 1.0 < attributes["review-interval"] < 2.3065
    assert f"{NOW:%FT%T}" < attributes["see-next-at"] < f"{NOW + 1.3065 * DAY:%FT%T}"
    assert 0.9 < attributes["readiness"] < retrievability(2.3065, 1.0)


def test_reviews_through_the_other_apis_count_as_well(school: School, app: Client):
    """Every answer that names an item moves its memory."""
    tracked(app, answer(item_id="q1", time_spent_seconds=7))

    attributes = item_stats(app)

    assert attributes["presentations-count"] == 1
    assert attributes["total-study-time-millis"] == 7000


@pytest.mark.parametrize("name", ["student_ada", "7/ä & b?#%41"])
def test_statistics_link_to_themselves(school: School, app: Client, name: str):
    """JSON:API: links.self; contract 0.6: ids are any strings."""
    User.objects.filter(pk=school.ada.pk).update(external_id=name)
    study_set = make_set(school.facility, "q1")

    for of in ("", f"sets/{study_set.pk}/", f"items/{guid_of('q1')}/"):
        path = f"/v3/users/{quote(name, safe='')}/{of}learning_stats"
        document = document_of(app.get(path, {"partner_id": "779"}))

        link = document["data"]["links"]["self"]
        assert link.isascii()
        assert " " not in link
        assert document_of(app.get(link)) == document
