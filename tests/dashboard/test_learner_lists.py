"""Lists filtered by one learner, as linked from the learner's own page."""

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
    learners_on,
    look,
    work,
    worked,
    worked_once,
)
from tests.factories import School

__all__ = ["worked", "worked_once"]


@every_list
def test_a_list_is_narrowed_to_one_learner(worked: School, table: str):
    page = look(worked.coach, table, learner=worked.ada.pk)

    assert learners_on(page) == {"Ada"}
    assert re.search(rf'<option value="{worked.ada.pk}" selected>Ada</option>', page)
    assert learners_on(look(worked.coach, table, learner=worked.ada.pk.hex)) == {"Ada"}


@every_list
def test_a_learner_outside_the_viewers_scope_is_not_shown(worked: School, table: str):
    """contract 0.7: like a learner who does not exist."""
    for key in (worked.chen.pk, worked.stranger.pk, uuid7()):
        page = look(worked.coach, table, learner=str(key))

        assert not learners_on(page)
        assert not {"chen", "stranger"} & set(re.findall(r">([^<>]+)</option>", page))


@every_list
@pytest.mark.parametrize("word", ["x", "' or 1=1", "9" * 300])
def test_an_invalid_id_gives_an_empty_list(worked: School, table: str, word: str):
    assert not learners_on(look(worked.coach, table, learner=word))


@every_list
def test_a_list_of_one_learner_takes_no_more_statements_than_others(
    worked: School, table: str, statements: Any
):
    """At most 10 statements."""
    fill(worked, 120)
    coach = browser(worked.facility_coach)

    with statements() as captured:
        assert coach.get(f"/admin/{table}/", {"learner": str(worked.ada.pk)}).status_code == 200

    assert len(captured) <= 10


def test_a_learners_page_links_to_all_of_their_rows(worked: School):
    page = look(worked.coach, f"coach/learners/{worked.ada.pk}")

    for table in ("logger_masterylog", "logger_contentsession", "analytics_learningevent"):
        url = f"{reverse(f'admin:{table}_changelist')}?learner={worked.ada.pk}"
        assert f'href="{url}"' in page
        assert learners_on(browser(worked.coach).get(url).content.decode()) == {"Ada"}


def test_a_contents_page_links_to_all_its_sessions(worked: School):
    other = work(worked.ada)["content_id"]
    path = reverse("admin:coach_content", args=[worked.ada.pk, UUID(other)])
    page = browser(worked.coach).get(path)

    [url] = re.findall(r'href="([^"]*contentsession[^"]*learner=[^"]*)"', page.content.decode())
    rows = browser(worked.coach).get(url.replace("&amp;", "&")).content.decode()

    assert url.endswith(f"content={other}")
    assert rows.partition("<tbody>")[2].count("<tr>") == 1
