"""`RecordQuerySet.visible_to`: quicker spellings of the one rule, which must all agree with it."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Q

from logger.models import AttemptLog, ContentSession
from roster import services
from roster.models import Actor, Facility, RoleKind, Scope, User
from tests.conftest import client_for
from tests.factories import School, answered, exercise, key_row, make_key, make_school, make_user


@pytest.fixture(scope="module")
def worked_once(kept: Callable[[], Any]) -> School:
    with kept():
        return work(make_school())


@pytest.fixture
def worked(worked_once: School, db: None) -> School:
    """Everybody has answered a question named after them, and so have guests of both schools."""
    return deepcopy(worked_once)


def work(school: School) -> School:
    for facility in (school.facility, school.elsewhere):
        client_for(make_key(facility)).work(exercise(), answered(f"guest of {facility.name}"))
    for person in User.objects.all():
        client_for(person).work(exercise(), answered(str(person.username)))
    return school


def by_the_rule(actor: Actor) -> set[str]:
    visible = Q(user__in=User.objects.visible_to(actor))
    guests = Q(user=None, facility__in=Facility.objects.managed_by(actor))
    return set(AttemptLog.objects.filter(visible | guests).values_list("item", flat=True))


def seen(actor: Actor) -> set[str]:
    return set(AttemptLog.objects.visible_to(actor).values_list("item", flat=True))


def test_everybody_sees_the_records_of_whom_they_see(worked: School):
    """contract 0.7."""
    keys = [key_row(worked.key(scope)) for scope in Scope]
    people = [*User.objects.all(), *User.objects.with_role_flags()]

    for actor in (*people, *keys, AnonymousUser()):
        assert seen(actor) == by_the_rule(actor), actor

    of_facility = {str(person.username) for person in User.objects.in_facility(worked.facility.pk)}
    assert seen(User.objects.with_role_flags().get(username="admin")) == {
        *of_facility, "guest of Riverside"
    }  # fmt: skip
    assert seen(User.objects.with_role_flags().get(username="coach")) == {"coach", "ada", "ben"}


@pytest.mark.parametrize("home", [True, False])
@pytest.mark.parametrize("place", ["facility", "class_7b", "elsewhere", "foreign_class"])
@pytest.mark.parametrize("kind", list(RoleKind))
def test_so_does_who_has_roles_here_and_there(
    worked: School, home: bool, place: str, kind: RoleKind
):
    """contract 0.7: several roles, some of places that are not one's own."""
    somebody = make_user(worked.facility)
    if home:
        services.assign_role(somebody, RoleKind.COACH, worked.facility)
    services.assign_role(somebody, kind, getattr(worked, place))

    known = User.objects.with_role_flags().get(pk=somebody.pk)

    assert seen(known) == by_the_rule(known)


def test_attempts_and_sessions_bear_their_facility(worked: School):
    for table in (AttemptLog, ContentSession):
        rows = table._default_manager.filter(user__isnull=False)
        homes = rows.values_list("facility", "user__facility")
        assert homes
        assert all(facility == home for facility, home in homes)


def test_attempts_from_before_are_told_their_facility(worked: School):
    before = dict(AttemptLog.objects.values_list("pk", "facility"))
    AttemptLog.objects.filter(user__isnull=False).update(facility=None)

    migration = import_module("logger.migrations.0004_list_indexes")
    migration.tell_attempts_their_facility(apps, SimpleNamespace(connection=connection))

    assert dict(AttemptLog.objects.values_list("pk", "facility")) == before


def test_a_superuser_narrows_to_the_learners_of_a_facility(worked: School):
    """contract 1.7: facility."""
    root = client_for(worked.superuser)

    rows = root.get("/api/logger/attemptlog", {"facility": worked.elsewhere.pk.hex}).json()

    assert {row["item"] for row in rows} == {"stranger", "foreign_coach"}


def test_people_stay_in_their_facility(worked: School):
    """Their records bear it."""
    root = client_for(worked.superuser)
    page = root.get(f"/admin/roster/user/{worked.ada.pk}/change/").content.decode()

    assert 'name="full_name"' in page
    assert 'name="facility"' not in page


def test_sqlite_goes_to_the_learners_own_rows(worked: School, statements: Any):
    """contract 1.7: it knows no numbers of rows, and must not walk the facility's."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's plans are for benchmarks/explain.py")
    app = client_for(worked.key())

    with statements() as asked:
        app.get("/api/logger/attemptlog?user=student_ada")

    [rows] = [query["sql"] for query in asked if "interaction_history" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {rows}")
        plan = [step[3] for step in cursor.fetchall()]
    assert any("INDEX attempt_of_learner_newest" in step for step in plan), plan
