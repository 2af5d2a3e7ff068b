"""Lists narrowed to one learner, as the learner's own page leads to them."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse
from uuid_utils.compat import uuid7

from tests.dashboard.test_admin_lists import (
    browser,
    every_list,
    fill,
    look,
    named,
    work,
    worked,
    worked_once,
)
from tests.factories import School

__all__ = ["worked", "worked_once"]


@every_list
def test_a_list_is_narrowed_to_one_learner(worked: School, table: str):
    page = look(worked.coach, table, learner=worked.ada.pk)

    assert named(page) == {"Ada"}
    assert re.search(rf'<option value="{worked.ada.pk}" selected>Ada</option>', page)
    assert named(look(worked.coach, table, learner=worked.ada.pk.hex)) == {"Ada"}


@every_list
def test_nobody_elses_learner_is_told_of(worked: School, table: str):
    """contract 0.7: as if there were none."""
    for key in (worked.chen.pk, worked.stranger.pk, uuid7()):
        page = look(worked.coach, table, learner=str(key))

        assert not named(page)
        assert not {"chen", "stranger"} & set(re.findall(r">([^<>]+)</option>", page))


@every_list
@pytest.mark.parametrize("word", ["x", "' or 1=1", "9" * 300])
def test_what_is_no_id_leaves_nothing(worked: School, table: str, word: str):
    assert not named(look(worked.coach, table, learner=word))


@every_list
def test_a_list_of_one_learner_costs_no_more_than_others(
    worked: School, table: str, statements: Any
):
    """issue: list <= 10."""
    fill(worked, 120)
    coach = browser(worked.facility_coach)

    with statements() as made:
        assert coach.get(f"/admin/{table}/", {"learner": str(worked.ada.pk)}).status_code == 200

    assert len(made) <= 10


def test_a_learners_page_leads_to_all_of_their_rows(worked: School):
    page = look(worked.coach, f"coach/learners/{worked.ada.pk}")

    for table in ("logger_masterylog", "logger_contentsession", "analytics_learningevent"):
        url = f"{reverse(f'admin:{table}_changelist')}?learner={worked.ada.pk}"
        assert f'href="{url}"' in page
        assert named(browser(worked.coach).get(url).content.decode()) == {"Ada"}


def test_a_contents_page_leads_to_all_sessions_of_it(worked: School):
    other = work(worked.ada)["content_id"]
    path = reverse("admin:coach_content", args=[worked.ada.pk, UUID(other)])
    page = browser(worked.coach).get(path)

    [url] = re.findall(r'href="([^"]*contentsession[^"]*learner=[^"]*)"', page.content.decode())
    rows = browser(worked.coach).get(url.replace("&amp;", "&")).content.decode()

    assert url.endswith(f"content={other}")
    assert rows.partition("<tbody>")[2].count("<tr>") == 1
