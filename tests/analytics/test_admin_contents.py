"""The admin of the catalogue: staff may read it, superusers may change it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from analytics.models import Content
from roster.models import AuditEntry
from tests.factories import School
from tests.logger.test_admin import browser

PATH = "/admin/logger/content/"
TENS = UUID(int=1, version=4)
ADMINS = ("superuser",)
OTHERS = ("admin", "coach", "facility_coach", "foreign_coach")


@pytest.fixture
def tens(school: School) -> Content:
    return Content.objects.create(pk=TENS, title="Counting tens", items=["a"])


def form(**fields: Any) -> dict[str, Any]:
    return {"id": TENS, "title": "Tens", "kind": "exercise", "parent": "", "items": "", **fields}


@pytest.mark.parametrize("who", [*ADMINS, *OTHERS])
def test_staff_can_read_the_catalogue(school: School, tens: Content, who: str):
    window = browser(getattr(school, who))

    for query in ("", "?q=TENS", f"?q={TENS}", "?kind__exact=", "?p=1"):
        assert "Counting tens" in window.get(PATH + query).content.decode()
    assert "Counting tens" not in window.get(f"{PATH}?q=ones").content.decode()
    assert window.get(f"{PATH}{TENS}/change/").status_code == 200


@pytest.mark.parametrize("who", ADMINS)
def test_superusers_add_change_and_delete(school: School, who: str):
    window = browser(getattr(school, who))
    maths = Content.objects.create(pk=UUID(int=2, version=4), title="Maths")

    added = window.post(f"{PATH}add/", form(items="a\r\n b \r\n", parent=maths.pk))
    items = Content.objects.get(pk=TENS).items
    changed = window.post(f"{PATH}{TENS}/change/", form(title="Tens anew", items="a"))

    tens = Content.objects.get(pk=TENS)
    assert (added.status_code, items, changed.status_code) == (302, ["a", "b"], 302)
    assert (tens.title, tens.kind, tens.items, tens.parent) == (
        "Tens anew",
        "exercise",
        ["a"],
        None,
    )
    window.post(f"{PATH}{TENS}/delete/", {"post": "yes"})
    assert not Content.objects.filter(pk=TENS).exists()


@pytest.mark.parametrize("who", OTHERS)
def test_other_staff_cannot_change_the_catalogue(school: School, tens: Content, who: str):
    """All facilities share one catalogue; a change by one of them would affect the others."""
    window = browser(getattr(school, who))

    assert window.post(f"{PATH}add/", form()).status_code == 403
    assert window.post(f"{PATH}{TENS}/change/", form()).status_code == 403
    assert window.post(f"{PATH}{TENS}/delete/", {"post": "yes"}).status_code == 403
    action = {"action": "delete_selected", "_selected_action": TENS, "post": "yes"}
    window.post(PATH, action)
    assert Content.objects.get(pk=TENS).title == "Counting tens"


def test_changes_of_the_catalogue_are_in_the_audit_log_with_their_actor(
    school: School, tens: Content
):
    window = browser(school.superuser)

    window.post(f"{PATH}{TENS}/change/", form(title="Tens", kind="", items="a\r\nb"))
    window.post(f"{PATH}{TENS}/delete/", {"post": "yes"})
    window.post(f"{PATH}add/", form(kind=""))

    entries = list(AuditEntry.objects.filter(object_kind="content").order_by("id"))
    actions = [(entry.action, entry.object_name) for entry in entries]
    assert actions == [("changed", "Tens"), ("removed", "Tens"), ("added", "Tens")]
    assert entries[0].changes == {"title": ["Counting tens", "Tens"], "items": [["a"], ["a", "b"]]}
    assert {(entry.actor_id, entry.object_id, entry.facility_id) for entry in entries} == {
        (school.superuser.pk, TENS, None)
    }
    assert window.get("/admin/roster/auditentry/").status_code == 200


def test_contents_cannot_be_deleted_in_bulk(school: School, tens: Content):
    """A bulk deletion would write no audit entries."""
    action = {"action": "delete_selected", "_selected_action": TENS, "post": "yes"}

    browser(school.superuser).post(PATH, action)

    assert Content.objects.filter(pk=TENS).exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "x"}, {"title": ""}, {"title": "x" * 201}, {"kind": "film"},
        {"parent": TENS}, {"parent": UUID(int=9, version=4)}, {"parent": "x"},
        {"items": "a\nb\n a "}, {"items": "a\n" + "x" * 201}, {"items": "a\0b"},
        {"items": "\n".join(str(n) for n in range(10_001))},
    ],
)  # fmt: skip
def test_an_invalid_content_is_refused(school: School, fields: dict[str, Any]):
    answer = browser(school.superuser).post(f"{PATH}add/", form(**fields))

    assert answer.status_code == 400 or b"errornote" in answer.content
    assert not Content.objects.exists()


@pytest.mark.parametrize("who", [*ADMINS, *OTHERS])
def test_the_number_of_statements_does_not_grow_with_the_catalogue(
    school: School, tens: Content, who: str, statements: Callable[[], Any]
):
    window = browser(getattr(school, who))
    window.get(PATH)
    with statements() as few:
        window.get(PATH)
    Content.objects.bulk_create(
        Content(pk=UUID(int=n, version=4), title=str(n), parent=tens) for n in range(100, 200)
    )

    with statements() as many:
        page = window.get(PATH)

    assert page.status_code == 200
    assert len(few) == len(many) <= 10
