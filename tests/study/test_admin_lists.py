"""Lists of sets and items in the admin: visibility, exports and query parameters."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser
from uuid_utils.compat import uuid7

from roster.models import RoleKind
from roster.services import assign_role
from study.models import LearningItem
from tests.conftest import Client
from tests.factories import School
from tests.infra.export_client import body, browser, export, read_csv, read_xlsx
from tests.study.study_client import create_resource

TABLES = ("studyset", "learningitem")
every_list = pytest.mark.parametrize("table", TABLES)


@pytest.fixture
def item(app: Client) -> LearningItem:
    """Return an item of a set of the school."""
    path = create_resource(app, "/v3/sets", name="Capitals", partner_id="779")["links"]["self"]
    create_resource(app, f"{path}/learning_items", question="=France?", answer="Paris")
    return LearningItem.objects.select_related("item").get()


def pages(item: LearningItem) -> list[str]:
    return [
        f"/admin/study/{table}/{key}/{page}/"
        for table, key in (("studyset", item.study_set_id), ("learningitem", item.pk))
        for page in ("change", "history")
    ]


@pytest.mark.parametrize("who", ["coach", "foreign_coach"])
def test_rows_that_a_viewer_may_not_see_are_a_404(school: School, item: LearningItem, who: str):
    """contract 0.7: a 404, as for unknown rows."""
    assign_role(school.foreign_coach, RoleKind.ADMIN, school.elsewhere)
    window = browser(getattr(school, who))

    for page in pages(item):
        assert window.get(page).status_code == 404


@every_list
@pytest.mark.parametrize("key", [uuid7(), "x"])
def test_an_unknown_row_is_a_404(school: School, table: str, key: Any):
    for viewer in (school.superuser, school.admin):
        assert browser(viewer).get(f"/admin/study/{table}/{key}/change/").status_code == 404


def export_rows(user: Any, table: str, kind: str) -> Any:
    read = read_csv if kind == "csv" else read_xlsx
    return read(body(export(user, f"study/{table}", kind)))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_lists_can_be_exported(school: School, item: LearningItem, kind: str):
    """Each list exports the rows the viewer may see; CSV is guarded against formulas."""
    [listed] = export_rows(school.admin, "studyset", kind)
    [asked] = export_rows(school.facility_coach, "learningitem", kind)

    assert (listed["set id"], listed["name"]) == (item.study_set_id.hex, "Capitals")
    assert (asked["item id"], asked["item guid"]) == (item.pk.hex, item.item.guid.hex)
    question = "'=France?" if kind == "csv" else "=France?"
    assert (asked["set"], asked["question"], asked["answer"]) == ("Capitals", question, "Paris")
    for table in TABLES:
        assert export_rows(school.coach, table, kind) == []


@every_list
def test_a_list_links_to_its_exports(school: School, item: LearningItem, table: str):
    page = browser(school.admin).get(f"/admin/study/{table}/").content.decode()

    assert f'"/admin/study/{table}/export/' in page


@every_list
def test_a_list_accepts_only_its_filters_in_the_query(
    school: School, item: LearningItem, table: str
):
    window: Browser = browser(school.admin)

    for query in ("id__gt=x", "facility__partner_id__startswith=7", "q=%00"):
        assert window.get(f"/admin/study/{table}/?{query}").status_code in (302, 400)
