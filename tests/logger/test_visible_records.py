"""`RecordQuerySet.visible_to`: its optimized queries, which must all agree with the one rule."""

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
    """Return the school; all users and guests of both schools have answered a question."""
    return deepcopy(worked_once)


def work(school: School) -> School:
    for facility in (school.facility, school.elsewhere):
        client_for(make_key(facility)).work(exercise(), answered(f"guest of {facility.name}"))
    for person in User.objects.all():
        client_for(person).work(exercise(), answered(str(person.username)))
    return school


def visible_by_rule(actor: Actor) -> set[str]:
    visible = Q(user__in=User.objects.visible_to(actor))
    guests = Q(user=None, facility__in=Facility.objects.managed_by(actor))
    return set(AttemptLog.objects.filter(visible | guests).values_list("item", flat=True))


def seen(actor: Actor) -> set[str]:
    return set(AttemptLog.objects.visible_to(actor).values_list("item", flat=True))


def test_all_actors_see_the_records_of_visible_people(worked: School):
    """contract 0.7."""
    keys = [key_row(worked.key(scope)) for scope in Scope]
    people = [*User.objects.all(), *User.objects.with_role_flags()]

    for actor in (*people, *keys, AnonymousUser()):
        assert seen(actor) == visible_by_rule(actor), actor

    of_facility = {str(person.username) for person in User.objects.in_facility(worked.facility.pk)}
    assert seen(User.objects.with_role_flags().get(username="admin")) == {
        *of_facility, "guest of Riverside"
    }  # fmt: skip
    assert seen(User.objects.with_role_flags().get(username="coach")) == {"coach", "ada", "ben"}


@pytest.mark.parametrize("home", [True, False])
@pytest.mark.parametrize("place", ["facility", "class_7b", "elsewhere", "foreign_class"])
@pytest.mark.parametrize("kind", list(RoleKind))
def test_a_person_with_roles_in_two_places_sees_the_records_of_visible_people(
    worked: School, home: bool, place: str, kind: RoleKind
):
    """contract 0.7: several roles, also in places outside the person's own facility."""
    staff = make_user(worked.facility)
    if home:
        services.assign_role(staff, RoleKind.COACH, worked.facility)
    services.assign_role(staff, kind, getattr(worked, place))

    known = User.objects.with_role_flags().get(pk=staff.pk)

    assert seen(known) == visible_by_rule(known)


def test_attempts_and_sessions_store_their_facility(worked: School):
    for table in (AttemptLog, ContentSession):
        rows = table._default_manager.filter(user__isnull=False)
        homes = rows.values_list("facility", "user__facility")
        assert homes
        assert all(facility == home for facility, home in homes)


def test_the_migration_sets_the_facility_of_old_attempts(worked: School):
    before = dict(AttemptLog.objects.values_list("pk", "facility"))
    AttemptLog.objects.filter(user__isnull=False).update(facility=None)

    migration = import_module("logger.migrations.0004_list_indexes")
    migration.tell_attempts_their_facility(apps, SimpleNamespace(connection=connection))

    assert dict(AttemptLog.objects.values_list("pk", "facility")) == before


def test_a_superuser_can_filter_by_facility(worked: School):
    """contract 1.7: facility."""
    root = client_for(worked.superuser)

    rows = root.get("/api/logger/attemptlog", {"facility": worked.elsewhere.pk.hex}).json()

    assert {row["item"] for row in rows} == {"stranger", "foreign_coach"}


def test_people_stay_in_their_facility(worked: School):
    """Their records store the facility."""
    root = client_for(worked.superuser)
    page = root.get(f"/admin/roster/user/{worked.ada.pk}/change/").content.decode()

    assert 'name="full_name"' in page
    assert 'name="facility"' not in page


def test_sqlite_uses_the_index_of_the_learner(worked: School, statements: Any):
    """contract 1.7: SQLite has no row statistics, and must not scan the rows of the facility."""
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
