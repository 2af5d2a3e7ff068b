"""`User.objects.visible_to`, the one rule of visibility: contract 0.7."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from roster import services
from roster.models import Actor, LearnerGroup, Role, RoleKind, Scope, User
from tests.factories import School, key_row, make_key, make_user


def seen(actor: Actor) -> set[str]:
    return {user.username or "" for user in User.objects.visible_to(actor)}


def test_every_kind_of_actor_sees_exactly_the_visible_people(school: School):
    """contract 0.7."""
    everybody = {user.username or "" for user in User.objects.all()}
    of_facility = everybody - {"root", "stranger", "foreign_coach"}

    assert seen(AnonymousUser()) == set()
    assert seen(school.ada) == {"ada"}
    assert seen(school.coach) == {"coach", "ada", "ben"}
    assert seen(school.facility_coach) == of_facility
    assert seen(school.admin) == of_facility
    assert seen(school.superuser) == everybody
    assert seen(school.foreign_coach) == {"foreign_coach", "stranger"}
    assert seen(key_row(school.key(Scope.READ))) == of_facility
    assert seen(key_row(school.key(Scope.ADMIN))) == of_facility
    assert seen(key_row(school.key(Scope.WRITE))) == set()
    assert seen(key_row(make_key(school.elsewhere))) == {"stranger", "foreign_coach"}


def test_a_person_visible_by_several_roles_is_listed_once(school: School):
    """contract 0.7: no row can repeat."""
    services.assign_role(school.coach, RoleKind.COACH, school.class_7b)
    services.assign_role(school.coach, RoleKind.ADMIN, school.class_7a)
    services.assign_role(school.coach, RoleKind.COACH, school.facility)
    services.enrol(school.ada, school.class_7b)
    services.join_group(
        school.ada, LearnerGroup.objects.create(classroom=school.class_7a, name="other")
    )

    visible = list(User.objects.visible_to(school.coach))

    assert len(visible) == len(set(visible)) == 6


def test_members_of_a_group_attend_its_class_and_leave_with_it(school: School):
    """contract 0.7: a group's members are always enrolled in its classroom."""
    services.join_group(school.chen, school.group)
    assert "chen" in seen(school.coach)

    school.chen.enrolments.filter(classroom=school.class_7a).delete()

    assert "chen" not in seen(school.coach)
    assert school.group.memberships.count() == 1


def test_rights_end_with_the_role(school: School):
    """contract 0.7."""
    Role.objects.filter(user=school.coach).delete()

    assert seen(school.coach) == {"coach"}


def test_a_class_admin_sees_the_class(school: School):
    """contract 1.8: roles are admin or coach, of a facility or a classroom."""
    deputy = make_user(school.facility, username="deputy")
    services.assign_role(deputy, RoleKind.ADMIN, school.class_7b)

    assert seen(deputy) == {"deputy", "chen"}
