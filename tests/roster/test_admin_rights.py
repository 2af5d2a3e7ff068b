"""Rights to change the roster in the admin, the same as in the API: contract 1.8."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from roster import services
from roster.models import (
    ApiKey,
    AuditEntry,
    Classroom,
    CourseSession,
    CourseSessionAssignment,
    Enrolment,
    Facility,
    GroupMembership,
    LearnerGroup,
    Lesson,
    LessonAssignment,
    Quiz,
    QuizAssignment,
    Role,
    RoleKind,
    User,
)
from tests.factories import PASSWORD, School, key_row, make_key, make_lesson, make_quiz, make_user

NEW_PASSWORD = "a different battery staple"
TABLES = [
    "user", "facility", "classroom", "learnergroup", "lesson", "quiz", "coursesession", "apikey",
]  # fmt: skip


def browser(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user, backend="roster.authentication.RosterBackend")
    return browser


@pytest.fixture
def head(school: School) -> User:
    """Return the admin of the other facility."""
    head = make_user(school.elsewhere, username="head", external_id=None)
    services.assign_role(head, RoleKind.ADMIN, school.elsewhere)
    return head


def inline(name: str, *rows: dict[str, Any], there: int = 0) -> dict[str, Any]:
    """Return the form fields of inline rows; `there` of them are stored already."""
    fields = {f"{name}-TOTAL_FORMS": len(rows), f"{name}-INITIAL_FORMS": there}
    for place, row in enumerate(rows):
        fields |= {f"{name}-{place}-{field}": value for field, value in row.items()}
    return fields


def person_form(user: User, *roles: dict[str, Any], **fields: Any) -> dict[str, Any]:
    known = {
        "username": user.username or "",
        "external_id": user.external_id or "",
        "is_active": "on",
    }
    return {**known, **inline("roles", *roles), **inline("enrolments"), **fields}


def rows_of(school: School) -> dict[str, Any]:
    """Return one row of each table, all of the school."""
    lesson = make_lesson(school.class_7a)
    lesson.title, lesson.classroom = "Of Riverside alone", school.class_7a
    lesson.save()
    return {
        "user": school.ada,
        "facility": school.facility,
        "classroom": school.class_7a,
        "learnergroup": school.group,
        "lesson": lesson,
        "apikey": key_row(school.key()),
    }


@pytest.mark.parametrize(
    "table", ["user", "facility", "classroom", "learnergroup", "lesson", "apikey"]
)
def test_rows_of_another_facility_are_not_found_by_any_path(school: School, head: User, table: str):
    row = rows_of(school)[table]
    before = type(row)._default_manager.values().get(pk=row.pk)
    stranger = browser(head)
    page = f"/admin/roster/{table}/{row.pk}"

    for path in ("change/", "history/", "delete/"):
        expected = {403, 404} if path == "delete/" else {404}
        assert stranger.get(f"{page}/{path}").status_code in expected
        assert stranger.post(f"{page}/{path}", {"post": "yes", "name": "x"}).status_code in expected
    listed = stranger.get(f"/admin/roster/{table}/?q=").content.decode()

    assert str(row.pk) not in listed
    assert str(row) not in re.sub(r"<select.*?</select>", "", listed, flags=re.DOTALL)
    assert type(row)._default_manager.values().get(pk=row.pk) == before


def test_the_password_of_a_stranger_cannot_be_set(school: School, head: User):
    page = f"/admin/roster/user/{school.ada.pk}/password/"
    form = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "usable_password": "true"}

    for other in (head, school.coach, school.facility_coach):
        assert browser(other).post(page, form).status_code in (403, 404)

    school.ada.refresh_from_db()
    assert school.ada.check_password(PASSWORD)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("who", ["admin", "facility_coach", "coach"])
def test_every_page_opens_for_authorized_users(school: School, who: str, table: str):
    """Coaches can view but not edit, except assignments."""
    viewer = browser(getattr(school, who))
    can_assign = table in ("lesson", "quiz", "coursesession")
    may_add = table != "facility" and (who == "admin" or can_assign)

    assert viewer.get(f"/admin/roster/{table}/").status_code == (
        403 if table == "apikey" and who != "admin" else 200
    )
    assert viewer.get(f"/admin/roster/{table}/add/").status_code == (200 if may_add else 403)


@pytest.mark.parametrize("who", ["facility_coach", "coach"])
@pytest.mark.parametrize("table", ["user", "facility", "classroom", "learnergroup"])
def test_coaches_can_view_but_not_change(school: School, who: str, table: str):
    row = rows_of(school)[table]
    viewer, page = browser(getattr(school, who)), f"/admin/roster/{table}/{row.pk}"

    shown = viewer.get(f"{page}/change/")

    assert shown.status_code == 200
    assert b'name="_save"' not in shown.content
    assert viewer.post(f"{page}/change/", {"name": "x"}).status_code == 403
    assert viewer.post(f"{page}/delete/", {"post": "yes"}).status_code == 403


def test_an_admin_changes_people_of_their_facility(school: School):
    page = f"/admin/roster/user/{school.ben.pk}/change/"

    saved = browser(school.admin).post(page, person_form(school.ben, full_name="Ben Ner"))

    school.ben.refresh_from_db()
    assert (saved.status_code, school.ben.full_name) == (302, "Ben Ner")
    entry = AuditEntry.objects.order_by("-id")[0]
    assert entry.changes == {"full_name": ["", "Ben Ner"]}
    assert (entry.actor_id, entry.facility) == (school.admin.pk, school.facility)


def test_a_password_set_by_an_admin_is_not_logged(school: School):
    page = f"/admin/roster/user/{school.ben.pk}/password/"
    form = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "usable_password": "true"}

    saved = browser(school.admin).post(page, form)

    school.ben.refresh_from_db()
    assert saved.status_code == 302
    assert school.ben.check_password(NEW_PASSWORD)
    assert AuditEntry.objects.order_by("-id")[0].changes == {"password": ["•••", "•••"]}


def test_users_cannot_raise_their_own_rights(school: School):
    """contract 1.8: is_superuser, is_staff and permissions cannot be set by others."""
    for user in (school.ben, school.admin):
        form = person_form(user, is_superuser="on", is_staff="on", facility=school.elsewhere.pk)
        browser(school.admin).post(f"/admin/roster/user/{user.pk}/change/", form)

    school.ben.refresh_from_db()
    school.admin.refresh_from_db()
    assert (school.ben.is_superuser, school.ben.is_staff) == (False, False)
    assert school.ben.facility_id == school.facility.pk
    assert not school.admin.is_superuser
    shown = browser(school.admin).get(f"/admin/roster/user/{school.ben.pk}/change/").content
    assert b'name="is_superuser"' not in shown
    assert b'name="is_staff"' not in shown


def test_only_superusers_change_superusers_and_staff_of_other_facilities(school: School):
    """contract 1.8."""
    User.objects.filter(pk=school.superuser.pk).update(facility=school.facility)
    services.assign_role(school.ben, RoleKind.COACH, school.foreign_class)
    admin = browser(school.admin)
    form = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "usable_password": "true"}

    for user in (school.superuser, school.ben):
        page = f"/admin/roster/user/{user.pk}"
        assert admin.get(f"{page}/change/").status_code == 200
        assert admin.post(f"{page}/change/", person_form(user, full_name="x")).status_code == 403
        assert admin.post(f"{page}/password/", form).status_code == 403
        user.refresh_from_db()
        assert user.check_password(PASSWORD)


def choices(page: Any, name: str) -> set[str]:
    """Return the labels of a field's options."""
    found = re.search(rf'<select name="{name}".*?</select>', page.content.decode(), re.DOTALL)
    assert found is not None
    labels = re.findall(r"<option[^>]*>([^<]*)</option>", found[0])
    return {html.unescape(label) for label in labels} - {"---------"}


def test_admins_assign_roles_only_in_their_own_facility(school: School, head: User):
    services.assign_role(school.admin, RoleKind.ADMIN, school.elsewhere)
    admin, page = browser(school.admin), f"/admin/roster/user/{school.ben.pk}/change/"

    shown = admin.get(page)
    foreign = [
        admin.post(
            page, person_form(school.ben, {"kind": "coach", "classroom": school.foreign_class.pk})
        ),
        admin.post(
            page, person_form(school.ben, {"kind": "admin", "facility": school.elsewhere.pk})
        ),
        admin.post(
            page, person_form(school.ben, {"kind": "admin", "classroom": school.class_7b.pk})
        ),
    ]
    assert [answer.status_code for answer in foreign] == [200, 200, 200]
    assert not Role.objects.filter(user=school.ben).exists()

    given = admin.post(
        page, person_form(school.ben, {"kind": "coach", "classroom": school.class_7b.pk})
    )

    assert given.status_code == 302
    assert choices(shown, "roles-0-facility") == {"Riverside"}
    assert choices(shown, "roles-0-classroom") == {"7A", "7B"}
    assert choices(shown, "enrolments-1-classroom") == {"7A", "7B"}
    role = Role.objects.get(user=school.ben)
    school.ben.refresh_from_db()
    assert school.ben.is_staff
    assert AuditEntry.objects.filter(action="added", object_kind="role", object_id=role.pk).exists()


def test_removing_the_last_role_revokes_staff_access_and_is_audited(school: School):
    role = Role.objects.get(user=school.coach)
    gone = {**inline("roles", {"id": role.pk, "user": school.coach.pk, "DELETE": "on"}, there=1)}

    saved = browser(school.admin).post(
        f"/admin/roster/user/{school.coach.pk}/change/", person_form(school.coach) | gone
    )

    school.coach.refresh_from_db()
    assert (saved.status_code, school.coach.is_staff) == (302, False)
    [entry] = AuditEntry.objects.filter(action="removed")
    assert (entry.object_kind, entry.object_name) == ("role", "coach: Coach of 7A")


def test_a_role_of_another_person_cannot_be_removed(school: School):
    """The form has a forged id of a role of another person."""
    role = Role.objects.get(user=school.foreign_coach)
    forged = inline("roles", {"id": role.pk, "user": school.ben.pk, "DELETE": "on"}, there=1)

    browser(school.admin).post(
        f"/admin/roster/user/{school.ben.pk}/change/", person_form(school.ben) | forged
    )

    assert Role.objects.filter(pk=role.pk).exists()


def test_admins_add_people_and_classes_only_to_their_own_facility(school: School, head: User):
    admin = browser(school.admin)
    form = {"usable_password": "false", "password1": "", "password2": "", "external_id": "x1"}

    def add(place: Any, room: Any) -> list[int]:
        forms = {
            "user": {**form, "facility": place},
            "classroom": {"facility": place, "name": "9"},
            "learnergroup": {"classroom": room, "name": "9"},
            "apikey": {"facility": place, "name": "9", "can_read": "on"},
        }
        return [
            admin.post(f"/admin/roster/{table}/add/", fields).status_code
            for table, fields in forms.items()
        ]

    assert add(school.elsewhere.pk, school.foreign_class.pk) == [200] * 4
    assert add("", "") == [200] * 4
    assert add(school.facility.pk, school.class_7a.pk) == [302] * 4
    assert User.objects.get(external_id="x1").facility == school.facility
    for table in (Classroom, LearnerGroup, ApiKey):
        assert table._default_manager.filter(name="9").count() == 1
    kinds = AuditEntry.objects.filter(action="added", actor_id=school.admin.pk)
    assert list(kinds.order_by("id").values_list("object_kind", flat=True)) == [
        "user", "classroom", "learnergroup", "apikey",
    ]  # fmt: skip


def test_only_learners_of_the_class_can_join_its_group(school: School):
    admin, page = browser(school.admin), f"/admin/roster/learnergroup/{school.group.pk}/change/"
    held = GroupMembership.objects.get(group=school.group)
    there = {"id": held.pk, "group": school.group.pk}
    foreign = Enrolment.objects.get(user=school.stranger)
    own = Enrolment.objects.get(user=school.ben)

    shown = admin.get(page)
    refused = admin.post(
        page, {"name": "g", **inline("memberships", there, {"enrolment": foreign.pk}, there=1)}
    )
    added = admin.post(
        page, {"name": "g", **inline("memberships", there, {"enrolment": own.pk}, there=1)}
    )

    assert choices(shown, "memberships-1-enrolment") == {"Ada in 7A", "ben in 7A"}
    assert (refused.status_code, added.status_code) == (200, 302)
    assert b"stranger" not in refused.content
    assert set(school.group.memberships.values_list("enrolment__user", flat=True)) == {
        school.ada.pk, school.ben.pk,
    }  # fmt: skip


def test_an_admin_changes_their_facility_except_its_partner_id(school: School):
    page = f"/admin/roster/facility/{school.facility.pk}/change/"

    saved = browser(school.admin).post(
        page, {"name": "R", "partner_id": "779", "guest_access": "on", "time_zone": "Africa/Cairo"}
    )

    facility = Facility.objects.get(pk=school.facility.pk)
    assert saved.status_code == 302
    assert (facility.name, facility.partner_id, facility.auto_provision) == ("R", None, False)


def test_admins_revoke_keys_only_in_their_own_facility(school: School, head: User):
    own, foreign = key_row(school.key()), key_row(make_key(school.elsewhere))
    admin = browser(school.admin)

    admin.post(
        "/admin/roster/apikey/", {"action": "revoke", "_selected_action": [own.pk, foreign.pk]}
    )

    assert list(ApiKey.objects.exclude(revoked_at=None)) == [own]
    assert AuditEntry.objects.filter(object_id=own.pk, actor_id=school.admin.pk).count() == 1
    assert own.digest.encode() not in admin.get(f"/admin/roster/apikey/{own.pk}/change/").content


def test_a_coach_assigns_lessons_to_their_own_class(school: School):
    """contract 1.8."""
    coach = browser(school.coach)
    form = {"title": "Week 1", "active": "on", "facility": school.facility.pk}

    refused = [
        coach.post("/admin/roster/lesson/add/", {**form, "classroom": school.class_7b.pk}),
        coach.post("/admin/roster/lesson/add/", form),
        coach.post("/admin/roster/lesson/add/", {**form, "facility": school.elsewhere.pk}),
    ]
    added = coach.post("/admin/roster/lesson/add/", {**form, "classroom": school.class_7a.pk})

    assert [answer.status_code for answer in refused] == [200] * 3
    assert added.status_code == 302
    lesson = Lesson.objects.get(title="Week 1")
    page = f"/admin/roster/lesson/{lesson.pk}/change/"
    assert choices(coach.get(page), "assignments-0-classroom") == {"7A"}
    assert choices(coach.get(page), "assignments-0-group") == {"7A: fractions"}
    for place, expected in ((school.class_7b, 200), (school.class_7a, 302)):
        handed = inline("assignments", {"classroom": place.pk})
        saved = coach.post(page, {"title": "Week 2", "active": "on", **handed})
        assert saved.status_code == expected
    assert LessonAssignment.objects.get(lesson=lesson).classroom == school.class_7a
    assert (
        coach.post(f"/admin/roster/lesson/{lesson.pk}/delete/", {"post": "yes"}).status_code == 302
    )
    entries = AuditEntry.objects.filter(actor_id=school.coach.pk).order_by("id")
    assert list(entries.values_list("action", "object_kind")) == [
        ("added", "lesson"),
        ("changed", "lesson"),
        ("added", "lessonassignment"),
        ("removed", "lesson"),
    ]


def test_a_class_coach_cannot_change_assignments_of_the_facility(school: School):
    lesson = make_lesson(school.class_7a)
    coach, page = browser(school.coach), f"/admin/roster/lesson/{lesson.pk}"

    assert coach.get(f"{page}/change/").status_code == 200
    assert coach.post(f"{page}/change/", {"title": "x"}).status_code == 403
    assert coach.post(f"{page}/delete/", {"post": "yes"}).status_code == 403
    assert browser(school.facility_coach).get(f"{page}/delete/").status_code == 200


def test_search_and_autocompletion_find_only_visible_people(school: School):
    address = (
        "/admin/autocomplete/?term={}&app_label=logger&model_name=contentsession&field_name=user"
    )
    coach, admin = browser(school.coach), browser(school.admin)

    def found(viewer: Browser, term: str) -> set[str]:
        rows = viewer.get(address.format(term)).json()["results"]
        return {row["text"] for row in rows}

    assert found(coach, "") == {"coach", "Ada", "ben"}
    assert found(coach, "chen") == found(coach, "stranger") == found(admin, "stranger") == set()
    assert found(admin, "chen") == {"chen"}
    assert b"stranger" not in admin.get("/admin/roster/user/").content
    assert (
        b"chen"
        not in coach.get("/admin/roster/user/?q=chen")
        .content.split(b"<table")[-1]
        .split(b"</table")[0]
        or b"<table" not in coach.get("/admin/roster/user/?q=chen").content
    )


@pytest.mark.parametrize("who", ["admin", "facility_coach", "coach", "superuser"])
def test_the_audit_log_is_for_admins_of_the_facility(school: School, head: User, who: str):
    browser(school.admin).post(
        f"/admin/roster/classroom/{school.class_7a.pk}/change/",
        {"name": "7A anew", **inline("groups")},
    )
    entry = AuditEntry.objects.order_by("-id")[0]
    viewer, page = browser(getattr(school, who)), f"/admin/roster/auditentry/{entry.pk}/change/"
    may = who in ("admin", "superuser")

    listed = viewer.get("/admin/roster/auditentry/")

    assert listed.status_code == (200 if may else 403)
    assert viewer.get(page).status_code == (200 if may else 403)
    assert viewer.post(page, {"actor_name": "x"}).status_code == 403
    assert viewer.post(page.replace("change", "delete"), {"post": "yes"}).status_code == 403
    assert browser(head).get(page).status_code == 404
    assert b"7A anew" not in browser(head).get("/admin/roster/auditentry/").content
    if may:
        assert b"7A \xe2\x86\x92 7A anew" in listed.content


@pytest.mark.parametrize("table", ["user", "classroom", "learnergroup", "lesson", "apikey"])
def test_a_list_can_be_filtered_by_facility(school: School, table: str):
    own = rows_of(school)[table]
    viewer = browser(school.superuser)

    def keys(facility: Facility) -> str:
        page = viewer.get(f"/admin/roster/{table}/", {"facility": str(facility.pk)})
        return page.content.decode()

    assert f"/{own.pk}/change/" in keys(school.facility)
    assert f"/{own.pk}/change/" not in keys(school.elsewhere)


def test_assignments_can_be_filtered_by_active(school: School):
    make_lesson(school.class_7a, active=False)
    viewer = browser(school.coach)

    def found(**query: str) -> int:
        page = viewer.get("/admin/roster/lesson/", query).content.decode()
        return page.partition("<tbody>")[2].count("<tr>")

    assert [found(), found(active="yes"), found(active="no"), found(active="x")] == [1, 0, 1, 0]


def test_the_audit_log_can_be_filtered_by_action_and_facility(school: School):
    for place, name in ((school.class_7a, "7A anew"), (school.foreign_class, "1X anew")):
        browser(school.superuser).post(
            f"/admin/roster/classroom/{place.pk}/change/", {"name": name, **inline("groups")}
        )

    def found(**query: str) -> list[bool]:
        page = browser(school.superuser).get("/admin/roster/auditentry/", query).content
        return [b"7A anew" in page, b"1X anew" in page]

    assert found() == found(action="changed") == [True, True]
    assert found(action="removed") == found(action="x") == [False, False]
    assert found(facility=str(school.facility.pk)) == [True, False]


@pytest.mark.parametrize("who", ["coach", "facility_coach", "admin", "superuser"])
@pytest.mark.parametrize("table", [*TABLES, "auditentry", "export"])
def test_queries_of_a_list_do_not_grow_with_its_rows(
    school: School, statements: Callable[[], Any], who: str, table: str
):
    def count_queries() -> int:
        viewer = browser(getattr(school, who))
        with statements() as asked:
            viewer.get(f"/admin/roster/{table}/")
        return len(asked)

    count_queries()  # The first request fills Django's caches.
    few = count_queries()
    _fill(school)

    assert count_queries() == few <= 10


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("page", ["change", "delete", "history"])
def test_queries_of_a_page_do_not_grow_with_related_rows(
    school: School, statements: Callable[[], Any], page: str, table: str
):
    row = rows_with_relations(school)[table]

    def count_queries() -> list[int]:
        counts = []
        for who in ("facility_coach", "admin", "superuser"):
            viewer = browser(getattr(school, who))
            with statements() as asked:
                viewer.get(f"/admin/roster/{table}/{row.pk}/{page}/")
            counts.append(len(asked))
        return counts

    count_queries()  # The first request fills Django's caches.
    few = count_queries()
    _fill(school)

    assert count_queries() == few
    assert max(few) <= 15


@pytest.mark.parametrize("page", ["change", "delete"])
def test_queries_of_saving_and_deleting_do_not_grow_with_related_rows(
    school: School, statements: Callable[[], Any], page: str
):
    def count_queries(group: LearnerGroup) -> int:
        members = [{"id": str(key)} for key in group.memberships.values_list("pk", flat=True)]
        rows = inline("memberships", *members, there=len(members))
        viewer = browser(school.admin)
        with statements() as asked:
            answer = viewer.post(
                f"/admin/roster/learnergroup/{group.pk}/{page}/",
                {"name": "fractions", "post": "yes", **(rows if page == "change" else {})},
            )
        assert answer.status_code == 302
        return len(asked)

    small, large = (
        LearnerGroup.objects.create(classroom=school.class_7a, name=name)
        for name in ("small", "large")
    )
    for number in range(12):
        services.join_group(make_user(school.facility), large)
        services.join_group(make_user(school.facility), small) if number == 0 else None
    count_queries(school.group)

    assert count_queries(large) == count_queries(small) <= 30


def test_the_deletion_page_counts_related_rows(school: School):
    services.join_group(school.ben, school.group)
    make_lesson(school.group)

    page = browser(school.admin).get(f"/admin/roster/learnergroup/{school.group.pk}/delete/")

    text = re.sub(r"<[^>]*>", "", page.content.decode())
    assert "Group memberships: 2" in text
    assert "Lesson assignments: 1" in text


def rows_with_relations(school: School) -> dict[str, Any]:
    """Return one row of each table, to which `_fill` adds related rows."""
    rows = rows_of(school)
    quiz = make_quiz(school.class_7a)
    course = CourseSession.objects.create(facility=school.facility, title="course")
    return {**rows, "quiz": quiz, "coursesession": course}


def _fill(school: School) -> None:
    """Add many more rows of every kind to the school."""
    for number in range(12):
        room = Classroom.objects.create(facility=school.facility, name=f"room {number}")
        services.enrol(school.ada, room)
        learner = make_user(school.facility)
        services.assign_role(school.ada, RoleKind.COACH, room)
        group = LearnerGroup.objects.create(classroom=school.class_7a, name=f"group {number}")
        services.join_group(learner, school.group)
        services.join_group(learner, group)
        for lesson in Lesson.objects.all():
            LessonAssignment.objects.create(lesson=lesson, group=group)
        for quiz in Quiz.objects.all():
            QuizAssignment.objects.create(quiz=quiz, group=group)
        for course in CourseSession.objects.all():
            CourseSessionAssignment.objects.create(course_session=course, group=group)
        make_lesson(room)
        make_key(school.facility)
