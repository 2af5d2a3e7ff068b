"""`GET /api/v1/velocity`, `predictions`, `mastery` and its history: contract 2.2 to 2.4."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine

from analytics.core.score_scale import Scale
from analytics.core.trajectory import Trajectory
from analytics.models import Item, Skill, SkillState
from roster.models import Scope
from tests.analytics.event_builders import TRACK, answer, data_of, refused, tracked
from tests.conftest import Client, client_for
from tests.factories import NOW, School, answered, exercise

READS = ["velocity/{}", "predictions/{}", "mastery/{}", "mastery/{}/algebra/history", "next/{}"]


@pytest.fixture(autouse=True)
def _at() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def ask(client: Client, path: str, **query: Any) -> Any:
    return client.get(f"/api/v1/{path}", query)


def practise(client: Client, right: str, **more: Any) -> None:
    """Track one answer a letter, r for right and w for wrong, a minute apart, up to now."""
    for number, letter in enumerate(right):
        at = NOW - timedelta(minutes=len(right) - number)
        tracked(client, answer(is_correct=letter == "r", **{"timestamp": at.isoformat(), **more}))


# Permissions.


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize(
    ("caller", "status"),
    [
        ("ada", 200),
        ("coach", 200),
        ("facility_coach", 200),
        ("admin", 200),
        ("superuser", 200),
        ("ben", 404),
        ("stranger", 404),
        ("foreign_coach", 404),
    ],
)
def test_only_permitted_callers_can_read(
    school: School, app: Client, path: str, caller: str, status: int
):
    """contract 0.7: for all others the learner is unknown."""
    practise(app, "rw")

    response = ask(client_for(getattr(school, caller)), path.format(school.ada.pk.hex))

    assert response.status_code == status
    if status == 404:
        refused(response, 404)


@pytest.mark.parametrize("path", READS)
def test_keys_need_the_read_scope_and_guests_cannot_read(school: School, app: Client, path: str):
    """contract 0.3, 0.7: 401 without credentials."""
    practise(app, "rw")
    named = path.format("student_ada")

    data_of(ask(client_for(school.key(Scope.READ)), named))
    refused(ask(client_for(school.key(Scope.WRITE)), named), 403)
    refused(ask(client_for(None), named), 401)


@pytest.mark.parametrize("path", READS)
def test_a_key_identifies_learners_by_external_id_or_uuid(school: School, app: Client, path: str):
    """contract 0.6"""
    practise(app, "rw")

    for name in ("student_ada", school.ada.pk.hex, str(school.ada.pk).upper()):
        data_of(ask(app, path.format(name)))
        data_of(ask(app, path.format(name) + "/"))


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize("name", ["nobody", "0" * 32, "%00", "a" * 500, "😀", "STUDENT_ADA"])
def test_an_unknown_learner_is_a_404(school: School, app: Client, path: str, name: str):
    """contract 2.2"""
    practise(app, "rw")

    refused(app.get("/api/v1/" + path.format(quote(name, safe="%"))), 404)


def test_a_person_can_use_only_their_own_external_id(school: School, app: Client):
    """contract 0.6: external ids are the apps' own ids."""
    practise(app, "r")

    data_of(ask(client_for(school.ada), "mastery/student_ada"))
    refused(ask(client_for(school.coach), "mastery/student_ada"), 404)


def test_ids_may_contain_slashes(school: School, app: Client):
    """contract 0.6: any string."""
    practise(app, "rr", user_id="school/7/dina", skill_id="maths/algebra/linear")
    practise(app, "r", user_id="school/7", skill_id="algebra/linear")

    [row] = data_of(ask(app, "mastery/school%2F7%2Fdina"))
    curve = data_of(ask(app, "mastery/school%2F7%2fdina/maths%2Falgebra%2Flinear/history"))

    assert row["skill_id"] == "maths/algebra/linear"
    assert len(curve) == 2
    assert len(data_of(ask(app, "mastery/school%2F7/algebra%2Flinear/history"))) == 1
    refused(ask(app, "mastery/school%2F7%2Fdina/maths/history"), 404)
    refused(ask(app, "mastery/school/7/dina"), 404)


# Mastery and its history.


def test_mastery_lists_every_skill(app: Client):
    """contract 2.4"""
    practise(app, "rwr", skill_id="geometry", time_spent_seconds=30)
    last = tracked(app, answer())

    rows = data_of(ask(app, "mastery/student_ada"))

    assert [row["skill_id"] for row in rows] == ["algebra", "geometry"]
    assert rows[0].keys() == {
        "skill_id", "mastery", "velocity", "plateau", "attempts", "correct", "efficiency",
        "last_practised", "p_correct_next", "confidence", "too_few_answers",
        "indicators", "cause", "recommendation",
    }  # fmt: skip
    assert rows[0]["mastery"] == last["mastery_after"]
    assert (rows[1]["attempts"], rows[1]["correct"], rows[1]["plateau"]) == (3, 2, False)
    assert rows[0]["last_practised"] == "2026-03-02T09:30:00.000000Z"
    assert 0 < rows[0]["velocity"] < 1
    assert 0 < rows[1]["efficiency"] < 1


def test_the_predicted_success_is_that_of_the_next_answer(app: Client):
    """contract 2.1, 2.4: p_correct_next is the p_correct of the next answer."""
    practise(app, "rwrr")
    [row] = data_of(ask(app, "mastery/student_ada"))

    assert tracked(app, answer())["p_correct"] == row["p_correct_next"]


def test_the_prediction_depends_on_the_next_item(app: Client):
    """contract 2.4: ?item_id="""
    practise(app, "rr", item_id="hard")
    Item.objects.update(difficulty_mean=2.0, difficulty_variance=0.1, answers=100)

    [any_item] = data_of(ask(app, "mastery/student_ada"))
    [hard] = data_of(ask(app, "mastery/student_ada", item_id="hard"))
    [unheard_of] = data_of(ask(app, "mastery/student_ada", item_id="unheard of"))

    assert hard["p_correct_next"] < any_item["p_correct_next"] == unheard_of["p_correct_next"]
    assert hard["mastery"] == any_item["mastery"]


def test_the_history_is_the_learning_curve(app: Client):
    """contract 2.4"""
    done = [
        tracked(app, answer(is_correct=right, item_id=f"q{n}", event_id=f"e{n}"))
        for n, right in enumerate((True, False, True))
    ]

    points = data_of(ask(app, "mastery/student_ada/algebra/history"))

    assert [point["mastery_after"] for point in points] == [d["mastery_after"] for d in done]
    assert [point["mastery_before"] for point in points] == [d["mastery_before"] for d in done]
    assert [point["score"] for point in points] == [1, 0, 1]
    assert [point["item_id"] for point in points] == ["q0", "q1", "q2"]
    assert [point["event_id"] for point in points] == ["e0", "e1", "e2"]
    assert {point["source"] for point in points} == {"track"}
    assert points[0]["timestamp"] == "2026-03-02T09:30:00.000000Z"


def test_both_apis_share_one_history(school: School, app: Client):
    """A skill practised through sessions and track-answer has one state and one history."""
    body = exercise(user_id="student_ada")
    app.work(body, answered("q1"))
    tracked(app, answer(skill_id=body["content_id"]))

    [row] = data_of(ask(app, "mastery/student_ada"))
    points = data_of(ask(app, f"mastery/student_ada/{body['content_id']}/history"))

    assert row["attempts"] == 2
    assert sorted(point["source"] for point in points) == ["session", "track"]
    assert points[1]["mastery_before"] == points[0]["mastery_after"]


def test_the_history_of_an_unknown_skill_is_a_404(school: School, app: Client):
    """contract 2.4"""
    practise(app, "r")
    Skill.objects.create(facility=school.elsewhere, code="foreign")
    Skill.objects.create(facility=school.facility, code="new")

    refused(ask(app, "mastery/student_ada/nothing/history"), 404)
    refused(ask(app, "mastery/student_ada/foreign/history"), 404)
    assert data_of(ask(app, "mastery/student_ada/new/history")) == []


@pytest.mark.parametrize("path", ["mastery/student_ada", "mastery/student_ada/algebra/history"])
def test_lists_come_in_the_three_shapes(app: Client, path: str):
    """contract 0.14: an array, numbered pages, a cursor; each row exactly once."""
    practise(app, "rwrwr")
    for number in range(4):
        practise(app, "r", skill_id=f"skill{number}")
    every = data_of(ask(app, path))

    page = data_of(ask(app, path, page_size=2, page=2))
    cursor = data_of(ask(app, path, cursor="", page_size=2))
    walked = list(cursor["results"])
    while cursor["next"]:
        cursor = data_of(app.get(cursor["next"]))
        walked += cursor["results"]

    assert len(every) == 5
    assert page == {"page": 2, "count": 5, "total_pages": 3, "results": every[2:4]}
    assert walked == every
    refused(ask(app, path, page_size=2, page=9), 404)


def test_a_long_history_links_to_its_next_part(app: Client, monkeypatch: pytest.MonkeyPatch):
    """contract 0.14: an array has a maximum length and a Link to the rest."""
    monkeypatch.setattr("infra.api.pagination.MAX_ROWS", 3)
    practise(app, "rwrwr")

    first = ask(app, "mastery/student_ada/algebra/history")
    link = first.headers["Link"].split(">")[0].lstrip("<")

    assert [point["score"] for point in data_of(first)] == [1, 0, 1]
    assert [point["score"] for point in data_of(app.get(link))] == [0, 1]


# Velocity.


def test_velocity_summarises_a_learners_progress(app: Client):
    """contract 2.2"""
    practise(app, "rrwrrr", confidence_score=4, time_spent_seconds=20)
    practise(app, "w", skill_id="geometry")

    data = data_of(ask(app, "velocity/student_ada"))

    assert data.keys() == {
        "momentum_score", "velocity_trend", "overall_velocity", "consistency",
        "activity_level", "cognitive_efficiency", "skill_velocities", "confidence",
        "too_few_answers", "indicators", "cause", "recommendation",
    }  # fmt: skip
    rows = {row["skill_id"]: row["velocity"] for row in data_of(ask(app, "mastery/student_ada"))}
    assert data["skill_velocities"] == rows
    assert 0 <= data["momentum_score"] <= 100
    assert data["velocity_trend"] == "stable"
    assert min(rows.values()) <= data["overall_velocity"] <= max(rows.values())
    assert 0 < data["cognitive_efficiency"] <= 1


def test_activity_covers_the_requested_days(app: Client):
    """contract 2.2, learning-science 4: days with practice; five a week are an activity of 1."""
    for days_ago in (0, 1, 2, 40):
        at = NOW - timedelta(days=days_ago)
        practise(app, "r", timestamp=at.isoformat())

    levels = {
        days: data_of(ask(app, "velocity/student_ada", days=days))["activity_level"]
        for days in (1, 3, 7, 30, 365)
    }

    assert levels[1] == levels[3] == 1
    assert levels[7] == round(3 / 5, 4)
    assert levels[30] == round(3 / (30 * 5 / 7), 4)
    assert levels[365] == round(4 / (365 * 5 / 7), 4)


def test_velocity_of_one_skill(app: Client):
    """contract 2.2: ?skill_id="""
    practise(app, "rrrr")
    practise(app, "wwww", skill_id="geometry")

    data = data_of(ask(app, "velocity/student_ada", skill_id="geometry"))

    assert [*data["skill_velocities"]] == ["geometry"]
    assert data["overall_velocity"] == data["skill_velocities"]["geometry"]
    rows = {row["skill_id"]: row for row in data_of(ask(app, "mastery/student_ada"))}
    assert data["cognitive_efficiency"] == rows["geometry"]["efficiency"]
    refused(ask(app, "velocity/student_ada", skill_id="nothing"), 404)


def test_a_learner_without_answers_has_a_velocity_of_zero(school: School, app: Client):
    """contract 2.2: a learner of the facility is not a 404."""
    Skill.objects.create(facility=school.facility, code="new")

    for query in ({}, {"skill_id": "new"}):
        data = data_of(ask(app, "velocity/student_ben", **query))

        assert data["skill_velocities"] == {}
        assert data["overall_velocity"] == data["activity_level"] == data["consistency"] == 0


@pytest.mark.parametrize("path", ["velocity", "predictions"])
@pytest.mark.parametrize("days", ["0", "366", "-1", "x", "", "1.5", "1e2", "٣", "9" * 400])
def test_days_are_1_to_365(app: Client, path: str, days: str):
    """contract 2.2: else 400."""
    assert refused(ask(app, f"{path}/student_ada", days=days), 400).keys() == {"days"}


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("velocity", "skill_id", ""),
        ("velocity", "skill_id", "\0"),
        ("velocity", "skill_id", "x" * 256),
        ("mastery", "item_id", ""),
        ("mastery", "item_id", "\0"),
        ("predictions", "target_score", "x"),
        ("predictions", "target_score", "400"),
        ("predictions", "target_score", "1601"),
        ("predictions", "target_score", "nan"),
        ("predictions", "target_score", ""),
        ("mastery", "page_size", "0"),
        ("mastery", "cursor", "x"),
    ],
)
def test_a_bad_parameter_is_refused_by_name(app: Client, path: str, name: str, value: str):
    """contract 0.14, 2.2 to 2.4."""
    practise(app, "r")

    assert refused(ask(app, f"{path}/student_ada", **{name: value}), 400).keys() == {name}


# Predictions.


def create_sections(school: School) -> None:
    """Create the skills algebra and reading, each in its section."""
    for code, section in (("algebra", "math"), ("reading", "rw")):
        Skill.objects.create(facility=school.facility, code=code, section=section)


def test_predictions_are_scores_on_the_scale(school: School, app: Client):
    """contract 2.3"""
    create_sections(school)
    practise(app, "rwrrrwrrrrrwrrrrrrrr")
    practise(app, "wrwwrwrwwrwwrwwrwrww", skill_id="reading")

    data = data_of(ask(app, "predictions/student_ada", days=14, target_score=1500))

    assert data.keys() == {
        "current_math", "current_rw", "current_total", "predicted_math_in_14_days",
        "predicted_rw_in_14_days", "predicted_total_in_14_days", "confidence_intervals",
        "goal_tracking", "recommendations", "skills",
    }  # fmt: skip
    level = Trajectory.from_bytes(bytes(SkillState.objects.get(skill__code="algebra").course)).level
    assert data["current_math"] == pytest.approx(200 + 600 * level, abs=1)
    assert 200 <= data["current_rw"] < data["current_math"] <= 800
    assert data["current_total"] == data["current_math"] + data["current_rw"]
    for name in ("math", "rw", "total"):
        interval = data["confidence_intervals"][name]
        assert interval["low"] < data[f"predicted_{name}_in_14_days"] < interval["high"]
    goal = data["goal_tracking"]
    assert goal["target_score"] == 1500
    assert goal["progress_percent"] == 100 * (data["current_total"] - 400) // 1100
    assert goal["on_track"] is (data["predicted_total_in_14_days"] >= 1500)


def test_too_little_data_gives_nulls_and_the_number_of_missing_answers(school: School, app: Client):
    """contract 2.3: never invented scores."""
    create_sections(school)
    practise(app, "r" * 20)
    practise(app, "r" * 19, skill_id="reading")

    data = data_of(ask(app, "predictions/student_ada", target_score=1000))

    assert data["current_math"] is not None
    assert data["current_rw"] is data["current_total"] is None
    assert data["predicted_total_in_30_days"] is None
    assert data["confidence_intervals"]["rw"] == {"low": None, "high": None}
    assert data["goal_tracking"] == {
        "target_score": 1000, "days_to_goal": None, "progress_percent": None, "on_track": None,
    }  # fmt: skip
    assert "rw: one more answer is needed before it can be scored." in data["recommendations"]


def test_skills_without_a_section_are_predicted_too(app: Client):
    """contract 2.3: `skills` is for every subject."""
    practise(app, "rwr", skill_id="history of art")

    data = data_of(ask(app, "predictions/student_ada"))

    [row] = data_of(ask(app, "mastery/student_ada"))
    skill = data["skills"]["history of art"]
    assert skill["mastery"] == row["mastery"] < skill["predicted_mastery"] < 1
    assert skill["p_correct_next"] == row["p_correct_next"]
    assert data["current_math"] is None
    assert data["goal_tracking"]["target_score"] is None


@pytest.mark.parametrize("right", ["w" * 16, "w" * 16 + "r"])
def test_where_practice_no_longer_helps_the_forecast_does_not_rise(
    school: School, app: Client, right: str
):
    """contract 2.3, learning-science 4: also while a flagged plateau recedes."""
    create_sections(school)
    practise(app, right)
    practise(app, "r" * 3, skill_id="geometry")

    data = data_of(ask(app, "predictions/student_ada"))

    [advice] = [text for text in data["recommendations"] if text.startswith("algebra")]
    assert "Practice alone no longer helps" in advice
    stuck, rising = data["skills"]["algebra"], data["skills"]["geometry"]
    assert stuck["predicted_mastery"] == stuck["mastery"]
    assert rising["predicted_mastery"] > rising["mastery"]


def test_a_learner_without_answers_has_no_predictions(app: Client):
    """contract 2.3"""
    data = data_of(ask(app, "predictions/student_ben"))

    assert data["skills"] == {}
    assert data["current_total"] is None


def test_sections_and_target_are_settings(school: School, app: Client, settings: Any):
    """contract 2.3"""
    settings.SCORE_SECTIONS = {"science": Scale(0, 100)}
    settings.TARGET_SCORE = 90.0
    Skill.objects.create(facility=school.facility, code="algebra", section="science")
    practise(app, "r" * 25)

    data = data_of(ask(app, "predictions/student_ada"))

    assert 50 < data["current_science"] == data["current_total"] <= 100
    assert data["goal_tracking"]["target_score"] == 90


def test_a_stuck_skill_is_recommended_first(school: School, app: Client):
    """contract 2.3, learning-science 3"""
    practise(app, "w" * 25, skill_id="geometry")
    practise(app, "rrr")

    first, *_ = data_of(ask(app, "predictions/student_ada"))["recommendations"]

    assert first.startswith("geometry: ")


def test_a_learner_with_very_many_skills(school: School):
    """Predictions and velocity are of the thousand skills that were practised last."""
    app = client_for(school.key())
    rows = [
        answer(skill_id=f"skill{n}", timestamp=(NOW - timedelta(minutes=n)).isoformat())
        for n in range(1001)
    ]
    assert app.post(f"{TRACK}s", rows, format="json").status_code == 200

    predicted = data_of(app.get("/api/v1/predictions/student_ada"))["skills"]
    velocities = data_of(app.get("/api/v1/velocity/student_ada"))["skill_velocities"]

    assert predicted.keys() == velocities.keys() == {f"skill{n}" for n in range(1000)}
