"""Alerts: the jobs that open and resolve them, and the API: contract 4.2."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.core.standing import Standing, find_alerts
from analytics.models import Alert, AlertCheck, LearnerNote
from roster.models import AuditEntry, Enrolment, Facility, Scope, User
from roster.services.moving import move_people
from tests.analytics.alert_jobs import run_alert_jobs
from tests.analytics.event_builders import answer, data_of, refused, track
from tests.analytics.test_recording import record
from tests.conftest import Client, client_for
from tests.dashboard.practice import answers
from tests.factories import NOW, School, make_key, make_user
from tests.roster.callers import CALLERS, as_caller

pytestmark = pytest.mark.django_db
STUCK = "0" * 16
ALERTS = "/api/v1/alerts"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def practise(learner: User, scores: str, skill: str = "algebra") -> None:
    record(learner, *answers(scores, skill), at=timezone.now())
    run_alert_jobs()


def alerts_of(learner: User) -> list[tuple[str, str | None, str]]:
    rows = Alert.objects.filter(learner=learner).order_by("opened_at", "id")
    return list(rows.values_list("kind", "skill__code", "state"))


def the_alert(learner: User) -> Alert:
    return Alert.objects.get(learner=learner)


def listed(client: Client, **query: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = data_of(client.get(ALERTS, query))
    return rows


def change(client: Client, alert: Alert, **body: Any) -> Any:
    return client.patch(f"{ALERTS}/{alert.pk.hex}", body, format="json")


# The jobs.


def test_an_alert_is_opened_once_with_its_figures(school: School, clock: Any):
    record(school.ada, *answers(STUCK), at=timezone.now())
    call_command("run_jobs", "--once")
    clock.shift(timedelta(hours=1))
    practise(school.ada, "0")

    alert = the_alert(school.ada)

    assert alerts_of(school.ada) == [("plateau", "algebra", "new")]
    assert alert.opened_at == NOW
    assert alert.figures["rule"] == "p_stuck"
    assert alert.figures["threshold"] == 0.62 <= alert.figures["value"]
    assert alert.figures["window"] == 16
    assert alert.mastery_before is not None
    assert alert.mastery_before < 0.5


def test_an_alert_resolves_by_itself_when_its_reason_is_gone(school: School, clock: Any):
    practise(school.ada, STUCK)
    clock.shift(timedelta(days=1))
    practise(school.ada, "1" * 20)

    alert = the_alert(school.ada)

    assert alert.state == "resolved"
    assert alert.resolved_at == NOW + timedelta(days=1)
    assert not alert.by_coach
    assert alert.mastery_before is not None
    assert alert.mastery_after is not None
    assert alert.mastery_after > 0.95 > alert.mastery_before


def test_a_reason_that_returns_opens_another_alert(school: School, clock: Any):
    practise(school.ada, STUCK)
    for scores in ("1" * 20, "0" * 40):
        clock.shift(timedelta(days=1))
        practise(school.ada, scores)

    states = [state for _kind, _skill, state in alerts_of(school.ada)]

    assert states == ["resolved", "new"]


def test_an_alert_whose_reason_changes_stays_the_same_alert(school: School, clock: Any):
    practise(school.ada, "1010101010000")
    spinning = the_alert(school.ada)
    change(client_for(school.coach), spinning, note="talked to her")
    clock.shift(timedelta(hours=1))
    practise(school.ada, "0" * 12)

    alert = the_alert(school.ada)

    assert (spinning.kind, alert.kind) == ("wheel_spinning", "plateau")
    assert alert.figures["rule"] == "p_stuck"
    assert (alert.pk, alert.state) == (spinning.pk, "new")


def test_a_learner_who_stops_and_returns(school: School, clock: Any):
    """Days are those of the facility, as on the pages."""
    school.facility.time_zone = "Africa/Cairo"
    school.facility.save()
    practise(school.ada, "111")
    assert alerts_of(school.ada) == []
    clock.move_to(datetime(2026, 3, 8, 21, 59, tzinfo=UTC))
    practise(school.ben, "1")
    assert alerts_of(school.ada) == []
    clock.move_to(datetime(2026, 3, 8, 22, 0, tzinfo=UTC))
    run_alert_jobs()
    assert alerts_of(school.ada) == [("inactive", None, "new")]
    clock.shift(timedelta(days=1))
    practise(school.ada, "1")
    assert alerts_of(school.ada) == [("inactive", None, "resolved")]


def test_an_enrolled_learner_who_does_not_start(school: School, clock: Any):
    make_user(school.facility, username="in_no_class")
    run_alert_jobs()
    clock.shift(timedelta(days=7, seconds=1))
    run_alert_jobs()

    assert alerts_of(school.ben) == [("not_started", None, "new")]
    assert not Alert.objects.filter(learner__username="in_no_class").exists()

    practise(school.ben, "1")
    assert alerts_of(school.ben) == [("not_started", None, "resolved")]


def test_a_learner_who_leaves_the_class_need_not_start(school: School, clock: Any):
    run_alert_jobs()
    clock.shift(timedelta(days=8))
    run_alert_jobs()
    Enrolment.objects.filter(user=school.ben).delete()
    clock.shift(timedelta(days=1))
    run_alert_jobs()

    assert alerts_of(school.ben) == [("not_started", None, "resolved")]


def test_alerts_of_a_closed_account_resolve(school: School, clock: Any):
    practise(school.ada, STUCK)
    User.objects.filter(pk=school.ada.pk).update(is_active=False)
    clock.shift(timedelta(days=1))
    run_alert_jobs()

    assert alerts_of(school.ada) == [("plateau", "algebra", "resolved")]


def test_a_snooze_ends_at_its_time(school: School, clock: Any):
    practise(school.ada, STUCK)
    until = NOW + timedelta(days=3)
    change(client_for(school.coach), the_alert(school.ada), snoozed_until=until.isoformat())
    clock.shift(timedelta(days=2))
    practise(school.ada, "0")
    assert alerts_of(school.ada) == [("plateau", "algebra", "snoozed")]
    clock.shift(timedelta(days=1))
    run_alert_jobs()

    alert = the_alert(school.ada)

    assert (alert.state, alert.snoozed_until) == ("new", None)
    assert alert.opened_at == NOW


def test_an_alert_that_a_coach_resolved_is_held_for_two_weeks(school: School, clock: Any):
    practise(school.ada, STUCK)
    change(client_for(school.coach), the_alert(school.ada), state="resolved")
    clock.shift(timedelta(days=6))
    practise(school.ada, "000")
    assert alerts_of(school.ada) == [("plateau", "algebra", "resolved")]
    clock.shift(timedelta(days=9))
    practise(school.ada, "0")

    assert [state for *_key, state in alerts_of(school.ada)] == ["resolved", "new"]


def test_only_learners_with_new_answers_or_due_rules_are_checked(school: School, clock: Any):
    practise(school.ada, "11")
    practise(school.ben, "11")
    clock.shift(timedelta(days=1))
    record(school.ada, *answers("1"), at=timezone.now())
    due = AlertCheck.objects.filter(due_at__lte=timezone.now())
    assert not due.exists()
    run_alert_jobs()

    times = dict(AlertCheck.objects.values_list("learner__username", "due_at"))

    assert times["ada"] == datetime(2026, 3, 10, tzinfo=UTC)
    assert times["ben"] == datetime(2026, 3, 9, tzinfo=UTC)


def test_checks_take_as_many_statements_for_many_learners_as_for_one(school: School, clock: Any):
    def statements() -> int:
        clock.shift(timedelta(minutes=10))
        with CaptureQueriesContext(connection) as captured:
            run_alert_jobs()
        return len(captured)

    record(school.ada, *answers(STUCK), at=timezone.now())
    statements()
    record(school.ben, *answers(STUCK), at=timezone.now())
    few = statements()
    for _another in range(5):
        record(make_user(school.facility), *answers(STUCK), at=timezone.now())

    assert statements() == few
    assert Alert.objects.count() == 7


def test_alerts_move_with_the_learner(school: School, clock: Any):
    """The skill becomes that of the new school."""
    practise(school.ada, STUCK)
    elsewhere = Facility.objects.get(pk=school.elsewhere.pk)
    User.objects.filter(pk=school.ada.pk).update(external_id="moved")
    move_people([User.objects.get(pk=school.ada.pk)], elsewhere)

    alert = the_alert(school.ada)

    assert alert.skill is not None
    assert (alert.skill.code, alert.skill.facility) == ("algebra", elsewhere)


def test_a_standing_without_answers_has_no_alerts():
    assert find_alerts(Standing(trajectories={}, days_inactive=None, days_enrolled=None)) == []


# GET /api/v1/alerts


def test_the_rows_of_the_list(school: School, app: Client):
    """contract 4.2"""
    practise(school.ada, STUCK)
    change(client_for(school.coach), the_alert(school.ada), note="talked to her, 2 March")

    [row] = listed(app)

    assert row == {
        "id": the_alert(school.ada).pk.hex,
        "user_id": school.ada.pk.hex,
        "kind": "plateau",
        "skill_id": "algebra",
        "state": "seen",
        "snoozed_until": None,
        "opened_at": "2026-03-02T09:30:00.000000Z",
        "resolved_at": None,
        "figures": the_alert(school.ada).figures,
        "text": row["text"],
        "notes": [
            {
                "author": "coach",
                "at": "2026-03-02T09:30:00.000000Z",
                "text": "talked to her, 2 March",
            }
        ],
    }
    # No percentage: the probability is not calibrated with answers of the facility.
    expected = "Likely stuck at algebra: no progress is expected within the next ten answers."
    assert row["text"] == expected


def test_filters(school: School, app: Client, clock: Any):
    """contract 4.2"""
    practise(school.ada, STUCK)
    clock.shift(timedelta(days=1))
    practise(school.ben, STUCK)
    practise(school.chen, STUCK)
    change(client_for(school.coach), the_alert(school.ben), state="seen")

    def found(**query: Any) -> list[str]:
        people = {person.pk.hex: person.username for person in User.objects.all()}
        return [people[row["user_id"]] or "" for row in listed(app, **query)]

    assert found() == ["chen", "ben", "ada"]
    assert found(classroom=school.class_7a.pk.hex) == ["ben", "ada"]
    assert found(learner_group=school.group.pk.hex) == ["ada"]
    assert found(user="student_chen") == found(user=school.chen.pk.hex) == ["chen"]
    assert found(state="seen") == ["ben"]
    assert found(since="2026-03-03T00:00:00Z") == ["chen", "ben"]
    assert found(since="2026-03-02T10:30:00+01:00") == ["chen", "ben", "ada"]
    assert found(classroom=school.foreign_class.pk.hex) == []
    for bad in ({"state": "old"}, {"state": ""}, {"since": "2026-03-02"}, {"classroom": "7A"}):
        assert refused(app.get(ALERTS, bad), 400).keys() == bad.keys()


def test_the_shapes_of_the_list(school: School, app: Client):
    """contract 0.14"""
    practise(school.ada, STUCK)
    practise(school.ben, STUCK)

    assert data_of(app.get(ALERTS, {"page_size": 1}))["count"] == 2
    assert len(data_of(app.get(ALERTS, {"cursor": "", "page_size": "1"}))["results"]) == 1


def test_an_unchanged_list_has_the_same_tag_until_a_note_is_written(school: School, clock: Any):
    """contract 0.12a"""
    practise(school.ada, STUCK)
    coach = client_for(school.coach)
    change(coach, the_alert(school.ada), state="seen")
    tag = coach.get(ALERTS)["ETag"]
    assert coach.get(ALERTS, HTTP_IF_NONE_MATCH=tag).status_code == 304

    clock.shift(timedelta(minutes=1))
    change(coach, the_alert(school.ada), note="talked to her")

    assert coach.get(ALERTS, HTTP_IF_NONE_MATCH=tag).status_code == 200


def test_who_can_read_alerts(school: School):
    """contract 0.7: learners read their own, without the notes of coaches."""
    practise(school.ada, STUCK)
    practise(school.ben, STUCK)
    change(client_for(school.coach), the_alert(school.ada), note="talked to her")

    for reader in ("coach", "facility_coach", "admin", "superuser"):
        assert len(listed(client_for(getattr(school, reader)))) == 2
    for reader in ("chen", "stranger", "foreign_coach"):
        assert listed(client_for(getattr(school, reader))) == []
    [own] = listed(client_for(school.ada))
    assert (own["user_id"], own["notes"]) == (school.ada.pk.hex, [])
    assert listed(client_for(make_key(school.elsewhere))) == []
    refused(client_for(None).get(ALERTS), 401)
    refused(client_for(school.key(Scope.WRITE)).get(ALERTS), 403)


@pytest.mark.parametrize("reader", ["coach", "facility_coach", "key"])
def test_the_number_of_statements_of_the_list(school: School, reader: str):
    """Whatever the number of alerts and notes: the caller, the alerts, the notes."""
    practise(school.ada, STUCK)
    change(client_for(school.coach), the_alert(school.ada), note="talked to her")
    client = client_for(school.key() if reader == "key" else getattr(school, reader))

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            listed(client)
        return len(captured)

    statements()
    few = statements()
    for number in range(5):
        practise(school.ada, STUCK, f"skill {number}")

    assert statements() == few == (3 if reader == "key" else 4)


# PATCH /api/v1/alerts/:id

ALLOWED = {"coach", "f-coach", "admin", "super", "k:write", "k:admin"}


@pytest.mark.parametrize("name", CALLERS)
def test_who_can_change_an_alert(school: School, name: str):
    """contract 4.2: coaches of the learner, and keys with scope `write`."""
    practise(school.ada, STUCK)
    pk = the_alert(school.ada).pk.hex

    response = as_caller(school, name)("PATCH", f"v1/alerts/{pk}", {"state": "seen"})

    assert response.status_code == (200 if name in ALLOWED else 401 if name == "guest" else 403)
    assert the_alert(school.ada).state == ("seen" if name in ALLOWED else "new")


@pytest.mark.parametrize("caller", ["ben", "chen", "stranger", "foreign_coach", "key"])
def test_for_all_others_an_alert_is_unknown(school: School, caller: str):
    """contract 0.7"""
    practise(school.ada, STUCK)
    who = make_key(school.elsewhere) if caller == "key" else getattr(school, caller)

    refused(change(client_for(who), the_alert(school.ada), note="hello"), 404)

    assert the_alert(school.ada).state == "new"
    assert not LearnerNote.objects.exists()


def test_the_states_of_an_alert(school: School, clock: Any):
    practise(school.ada, STUCK)
    alert, coach = the_alert(school.ada), client_for(school.coach)
    clock.shift(timedelta(hours=1))

    for body, state in (
        ({"state": "seen"}, "seen"),
        ({"state": "snoozed", "snoozed_until": "2026-03-09T00:00:00+02:00"}, "snoozed"),
        ({"state": "new"}, "new"),
        ({"note": "talked to her"}, "seen"),
        ({"snoozed_until": "2026-03-09T00:00:00Z"}, "snoozed"),
        ({"note": "again"}, "snoozed"),
        ({"state": "resolved", "note": "she knows"}, "resolved"),
        ({"note": "after the end"}, "resolved"),
    ):
        row = data_of(change(coach, alert, **body), "Alert changed successfully")
        assert row["state"] == state, body
        assert (row["snoozed_until"] is None) == (state != "snoozed")

    assert row["resolved_at"] == "2026-03-02T10:30:00.000000Z"
    assert [note["text"] for note in row["notes"]] == [
        "talked to her", "again", "she knows", "after the end"
    ]  # fmt: skip
    resolved = the_alert(school.ada)
    assert resolved.by_coach
    assert resolved.mastery_after == resolved.mastery_before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"state": "done"}, "state"),
        ({"state": "snoozed"}, "snoozed_until"),
        ({"state": "seen", "snoozed_until": "2030-01-01T00:00:00Z"}, "snoozed_until"),
        ({"snoozed_until": "2026-03-02T09:30:00Z"}, "snoozed_until"),
        ({"snoozed_until": "2030-01-01T00:00:00"}, "snoozed_until"),
        ({"note": ""}, "note"),
        ({"note": "x" * 2_001}, "note"),
        ({"note": 1}, "note"),
    ],
)
def test_invalid_changes(school: School, body: dict[str, Any], field: str):
    practise(school.ada, STUCK)

    errors = refused(change(client_for(school.coach), the_alert(school.ada), **body), 400)

    assert list(errors) == [field]
    assert the_alert(school.ada).state == "new"


def test_a_resolved_alert_stays_resolved(school: School):
    practise(school.ada, STUCK)
    alert, coach = the_alert(school.ada), client_for(school.coach)
    change(coach, alert, state="resolved")

    for body in ({"state": "new"}, {"snoozed_until": "2030-01-01T00:00:00Z"}):
        assert list(refused(change(coach, alert, **body), 400)) == ["state"]


@pytest.mark.parametrize("pk", ["x", "0" * 32, "a/b"])
def test_an_unknown_alert_is_a_404(school: School, pk: str):
    refused(client_for(school.coach).patch(f"{ALERTS}/{pk}", {}, format="json"), 404)


def test_every_change_is_in_the_audit_log(school: School):
    practise(school.ada, STUCK)
    coach, alert = client_for(school.coach), the_alert(school.ada)
    change(coach, alert, snoozed_until="2030-01-01T00:00:00Z", note="secret of hers")
    change(coach, alert, state="resolved")

    entries = AuditEntry.objects.filter(actor_id=school.coach.pk).order_by("id")
    kinds = [(entry.object_kind, entry.action) for entry in entries]

    assert ("alert", "changed") in kinds
    assert ("learnernote", "added") in kinds
    changes = [entry.changes for entry in entries if entry.object_kind == "alert"]
    assert changes[0]["state"] == ["new", "snoozed"]
    assert changes[1]["state"] == ["snoozed", "resolved"]
    assert "secret" not in str([entry.changes for entry in entries])
    assert {entry.facility_id for entry in entries} == {school.facility.pk}


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (Alert.objects.newest_first(), "alert_newest"),
        (Alert.objects.filter(state="new").newest_first(), "alert_in_state"),
        (Alert.objects.filter(learner=UUID(int=0)).newest_first(), "alert_of_learner"),
        (AlertCheck.objects.filter(due_at__lte=NOW).order_by("due_at", "pk"), "alert_check_due"),
    ],
)
def test_an_index_has_the_order_of_each_list(db: None, rows: Any, index: str):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for plan in ("seqscan", "sort", "bitmapscan"):
                cursor.execute(f"SET LOCAL enable_{plan} = off")

    plan = rows[:100].explain()

    assert index in plan
    assert "temp b-tree" not in plan.lower()


def test_answers_do_not_wait_for_alerts(school: School, app: Client):
    """Recording writes no row of alerts; the jobs do."""
    track(app, answer(is_correct=False))

    assert not AlertCheck.objects.exists()
