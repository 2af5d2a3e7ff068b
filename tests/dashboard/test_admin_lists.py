"""Common to all admin lists of learners' records: scope, order, search and cost."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.test import Client as Browser
from uuid_utils.compat import uuid7

from analytics.events import Answer, Source
from analytics.models import Content, Item, ItemMemory, LearningEvent, SkillState
from analytics.services import record_answers
from logger.models import AttemptLog, ContentSession, ContentSummary, MasteryLog
from roster import services
from roster.models import Facility, LearnerGroup, User
from tests.conftest import client_for
from tests.factories import NOW, School, answered, exercise, make_quiz, make_school, make_user

LISTS: dict[str, Any] = {
    "logger/contentsession": ContentSession,
    "logger/contentsummary": ContentSummary,
    "logger/masterylog": MasteryLog,
    "logger/attemptlog": AttemptLog,
    "analytics/skillstate": SkillState,
    "analytics/learningevent": LearningEvent,
    "analytics/itemmemory": ItemMemory,
}
every_list = pytest.mark.parametrize("table", LISTS)
NAMES = ("Ada", "ben", "chen", "stranger")
AT = {"start_timestamp": NOW, "end_timestamp": NOW}


@pytest.fixture(scope="module")
def worked_once(kept: Callable[[], Any]) -> School:
    with kept():
        school = make_school()
        for learner in (school.ada, school.ben, school.chen, school.stranger):
            work(learner)
    return school


@pytest.fixture
def worked(worked_once: School, db: None) -> School:
    """School where Ada, ben, chen and the stranger have each answered one question."""
    return deepcopy(worked_once)


def work(learner: User, item: str = "q1", **fields: Any) -> dict[str, Any]:
    body = exercise(**fields)
    client_for(learner).work(body, answered(item))
    return body


def browser(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user, backend="roster.authentication.RosterBackend")
    return browser


def look(user: User, table: str, **query: Any) -> str:
    response = browser(user).get(f"/admin/{table}/", query)
    assert response.status_code == 200, response.headers
    return response.content.decode()


def learners_on(page: str) -> set[str]:
    """Return the names of the learners with rows on a page."""
    rows = page.partition("<tbody>")[2]
    return {name for name in NAMES if f">{name}<" in rows}


@every_list
def test_a_list_says_how_many_rows_it_has(worked: School, table: str):
    page = look(worked.coach, table)

    count = LISTS[table].objects.visible_to(worked.coach).count()
    name = LISTS[table]._meta.verbose_name_plural
    assert f'<span class="counted quiet">{count} {name}</span>' in page


@every_list
def test_staff_see_only_their_learners(worked: School, table: str):
    """contract 0.7"""
    assert learners_on(look(worked.coach, table)) == {"Ada", "ben"}
    assert learners_on(look(worked.facility_coach, table)) == {"Ada", "ben", "chen"}
    assert learners_on(look(worked.admin, table)) == {"Ada", "ben", "chen"}
    assert learners_on(look(worked.foreign_coach, table)) == {"stranger"}
    assert learners_on(look(worked.superuser, table)) == set(NAMES)


@every_list
def test_a_row_of_another_class_is_a_404_by_every_path(worked: School, table: str):
    """contract 0.7: a coach who guesses an id learns nothing."""
    model = LISTS[table]
    owner = "user" if table.startswith("logger") else "learner"
    row = model._default_manager.get(**{owner: worked.chen})

    for path in ("change/", "history/"):
        address = f"/admin/{table}/{row.pk}/{path}"
        assert browser(worked.coach).get(address).status_code == 404
        assert browser(worked.foreign_coach).get(address).status_code == 404
        assert browser(worked.facility_coach).get(address).status_code == 200
    nobody = f"/admin/{table}/{uuid7()}/change/"
    assert browser(worked.superuser).get(nobody).status_code == 404
    assert browser(worked.superuser).get(f"/admin/{table}/x/change/").status_code == 404


@every_list
def test_nobody_adds_changes_or_deletes_records(worked: School, table: str):
    row = LISTS[table]._default_manager.first()
    path = f"/admin/{table}/{row.pk}"
    for viewer in (worked.superuser, worked.admin):
        window = browser(viewer)
        assert window.get(f"/admin/{table}/add/").status_code == 403
        assert window.post(f"{path}/change/", {}).status_code == 403
        assert window.post(f"{path}/delete/", {"post": "yes"}).status_code == 403
        assert b"_save" not in window.get(f"{path}/change/").content
    assert LISTS[table]._default_manager.filter(pk=row.pk).exists()


@every_list
def test_a_place_narrows_a_list_to_its_learners(worked: School, table: str):
    other = LearnerGroup.objects.create(classroom=worked.class_7a, name="decimals")
    in_7a = {"class": worked.class_7a.pk}

    assert learners_on(look(worked.facility_coach, table, **in_7a)) == {"Ada", "ben"}
    assert learners_on(look(worked.superuser, table, facility=worked.elsewhere.pk)) == {"stranger"}
    assert learners_on(look(worked.coach, table, group=worked.group.pk)) == {"Ada"}
    assert learners_on(look(worked.coach, table, group=other.pk)) == set()
    assert learners_on(look(worked.facility_coach, table, **in_7a, group=worked.group.pk)) == {
        "Ada"
    }


@every_list
@pytest.mark.parametrize("name", ["class", "group", "facility"])
@pytest.mark.parametrize("value", ["7B", "elsewhere", "unknown", "x' OR 1=1", "0", "😀"])
def test_a_place_outside_the_viewers_scope_gives_an_empty_list(
    worked: School, table: str, name: str, value: str
):
    """contract 0.7: neither data nor a hint that the place exists."""
    groups = LearnerGroup.objects
    theirs = {
        "class": {"7B": worked.class_7b.pk, "elsewhere": worked.foreign_class.pk},
        "group": {
            "7B": groups.create(classroom=worked.class_7b, name="b").pk,
            "elsewhere": groups.create(classroom=worked.foreign_class, name="x").pk,
        },
        "facility": {"elsewhere": worked.elsewhere.pk},
    }
    asked = theirs[name].get(value, uuid7() if value == "unknown" else value)

    assert learners_on(look(worked.coach, table, **{name: asked})) == set()


@every_list
def test_a_list_offers_only_the_viewers_places(worked: School, table: str):
    page = look(worked.coach, table)

    assert ">7A<" in page
    assert ">7A: fractions<" in page
    for foreign in ("7B", "1X", "Riverside", "Hillside"):
        assert f">{foreign}<" not in page
    assert ">Hillside<" in look(worked.superuser, table)


@every_list
@pytest.mark.parametrize("word", ["ADA", "ada", "student_ada", "Ad"])
def test_learners_are_found_by_any_of_their_names(worked: School, table: str, word: str):
    """The stranger is also called student_ada, but is no learner of this coach."""
    assert learners_on(look(worked.coach, table, q=word)) == {"Ada"}


@every_list
@pytest.mark.parametrize("word", ["chen", "stranger", "nobody", "%", "'", "x" * 5000])
def test_learners_outside_the_viewers_scope_are_not_found(worked: School, table: str, word: str):
    assert learners_on(look(worked.coach, table, q=word)) == set()


@every_list
def test_many_learners_with_similar_names_are_all_found(worked: School, table: str):
    """More than a hundred matches are no longer looked up one by one."""
    for number in range(101):
        make_user(worked.facility, username=f"chendo{number}")

    assert learners_on(look(worked.superuser, table, q="chen")) == {"chen"}


@pytest.mark.parametrize(
    "table", ["logger/attemptlog", "analytics/learningevent", "analytics/itemmemory"]
)
def test_items_are_found_by_the_start_of_their_code(worked: School, table: str):
    work(worked.ben, "fractions-7")

    assert learners_on(look(worked.coach, table, q="fractions-")) == {"ben"}
    assert learners_on(look(worked.coach, table, q="ractions-")) == set()


@pytest.mark.parametrize("table", ["analytics/learningevent", "analytics/itemmemory"])
def test_items_of_other_facilities_do_not_hide_matches(worked: School, table: str):
    """This holds for any number of similar codes of theirs."""
    foreign = [Item(facility=worked.elsewhere, code=f"fractions-{one}") for one in range(101)]
    Item.objects.bulk_create(foreign)
    work(worked.ben, "fractions-7")

    assert learners_on(look(worked.coach, table, q="fractions-")) == {"ben"}


def test_items_are_found_by_either_part_of_their_code(worked: School):
    content = uuid7().hex
    items = [Item(facility=worked.facility, code=code) for code in (f"{content}:sum", "summing up")]
    Item.objects.bulk_create([*items, Item(facility=worked.facility)])
    path = "/admin/analytics/item/"
    window = browser(worked.superuser)

    by_name = window.get(path, {"q": "sum"}).content.decode()
    by_content = window.get(path, {"q": content[:20]}).content.decode()
    by_guid = window.get(path, {"q": str(items[1].guid)}).content.decode()

    assert f"{content}:sum" in by_name
    assert "summing up" in by_name
    assert f"{content}:sum" in by_content
    assert "summing up" not in by_content
    assert "summing up" in by_guid


@every_list
def test_the_number_of_statements_does_not_grow_with_the_list(
    worked: School, table: str, statements: Callable[[], Any]
):
    """At most 10; a long list takes more, to count the rows and estimate them on PostgreSQL.

    One more finds the time zone of the facility shown to viewers without a facility.
    """
    path, viewers = f"/admin/{table}/", ("coach", "facility_coach", "superuser")
    asked: Any = list(product(viewers, [{}, {"q": "student", "since": "2020-01-01"}]))
    windows = {viewer: browser(getattr(worked, viewer)) for viewer in viewers}

    def count() -> list[list[str]]:
        found = []
        for viewer, query in asked:
            windows[viewer].get(path)
            with statements() as captured:
                assert windows[viewer].get(path, query).status_code == 200
            found.append([statement["sql"] for statement in captured.captured_queries])
        return found

    few = count()
    fill(worked, 60)
    many = count()
    fill(worked, 60)

    for (viewer, _), at_few, at_many, at_more in zip(asked, few, many, count(), strict=True):
        assert len(at_few) < len(at_many) == len(at_more) <= 10 + (viewer == "superuser")
        counting = [sql for sql in at_more if "COUNT(" in sql]
        assert counting
        assert all("LIMIT 50001" in sql for sql in counting)


def fill(school: School, count: int) -> None:
    """Create `count` more records of every kind, half for ada and half for ben."""
    for learner in (school.ada, school.ben):
        record(learner, count // 2)


def record(learner: User, count: int) -> None:
    """Create `count` more records of every kind for a learner, with few statements a table."""
    works = [{"user": learner, "content_id": uuid7(), **AT} for _ in range(count)]
    record_works(learner.facility, works)
    answers = [
        Answer(source=Source.TRACK, score=1.0, skill=str(uuid7()), item=str(uuid7())) for _ in works
    ]
    record_answers(learner, answers, at=NOW)


def record_works(facility: Facility | None, works: list[dict[str, Any]]) -> None:
    """Create one log of every kind for each of these works."""
    place, exercise = {"facility": facility}, {"kind": "exercise"}
    summaries = ContentSummary.objects.bulk_create(
        ContentSummary(**work, **exercise) for work in works
    )
    tries = MasteryLog.objects.bulk_create(
        MasteryLog(**work, summary=summary, mastery_level=1, mastery_criterion={"type": "do_all"})
        for work, summary in zip(works, summaries, strict=True)
    )
    sessions = ContentSession.objects.bulk_create(
        ContentSession(
            **work, **place, **exercise, summary=mastery_log.summary, mastery_log=mastery_log
        )
        for work, mastery_log in zip(works, tries, strict=True)
    )
    AttemptLog.objects.bulk_create(
        AttemptLog(
            **work, **place, session=session, mastery_log=session.mastery_log, item="q",
            position=0, correct=0,
        )
        for work, session in zip(works, sessions, strict=True)
    )  # fmt: skip


@every_list
def test_a_list_is_paged_by_cursor_forwards_and_backwards(worked: School, table: str):
    """Newest first, 50 a page, each row once; links keep filters and searches."""
    fill(worked, 110)
    root = browser(worked.superuser)
    path = f"/admin/{table}/"
    query, pages = "?q=ada&class=" + str(worked.class_7a.pk), []

    while query:
        page = root.get(path + query).content.decode()
        pages.append(rows_of(page))
        before, query = query, find_link("next", page)
    back = rows_of(
        root.get(
            path + find_link("prev", root.get(path + before).content.decode())
        ).content.decode()
    )

    shown = [row for page in pages for row in page]
    assert [len(page) for page in pages[:-1]] == [50] * (len(pages) - 1)
    assert len(shown) == len(set(shown)) == 56
    assert back == pages[-2]


def rows_of(page: str) -> list[str]:
    """Return the HTML of the rows, with whitespace normalised."""
    rows = page.partition("<tbody>")[2].partition("</tbody>")[0].split("<tr>")[1:]
    return [re.sub(r"\s+", " ", row) for row in rows]


def find_link(rel: str, page: str) -> str:
    """Return the link of a page with this `rel`, or an empty string if there is none."""
    found = re.search(rf'<a href="([^"]*)" rel="{rel}"', page)
    return found[1].replace("&amp;", "&") if found else ""


@every_list
@pytest.mark.parametrize("place", ["x", "2", "W10", "WzEsMl0", "\N{SNOWMAN}", "a" * 10_000])
def test_an_invalid_cursor_redirects_to_the_first_page(worked: School, table: str, place: str):
    response = browser(worked.coach).get(f"/admin/{table}/", {"p": place})

    assert (response.status_code, response.headers["Location"][-4:]) == (302, "?e=1")


@every_list
@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"since": "2026-03-02", "until": "2026-03-02"}, 1),
        ({"since": "2026-03-03"}, 0),
        ({"until": "2026-03-01"}, 0),
        ({"since": "", "until": ""}, 1),
        ({"since": "2026-02-30"}, 0),
        ({"until": "9999-12-31"}, 0),
        ({"since": "yesterday"}, 0),
    ],
)
def test_both_days_are_included(worked: School, table: str, query: Any, count: int):
    dora = make_user(worked.facility, username="dora")
    services.enrol(dora, worked.class_7a)
    record(dora, 1)

    page = look(worked.coach, table, q="dora", **query)

    assert len(rows_of(page)) == count


@every_list
@pytest.mark.parametrize(
    "query",
    [
        "item__regex=(((", "answer__regex=(", "end_timestamp__year=0", "user__username=ada",
        "user__password__startswith=a", "learner__password__startswith=a", "id__gt=x", "q=%00",
        "class=%00", "extra_fields__contains=1", "session__facility__name__startswith=R",
        "_to_field=password", "_to_field=user__password",
    ],
)  # fmt: skip
def test_a_list_accepts_only_its_filters_in_the_query(worked: School, table: str, query: str):
    """Regular expressions, relations and invalid values are refused without a server error."""
    for viewer in (worked.coach, worked.superuser):
        response = browser(viewer).get(f"/admin/{table}/?{query}")
        assert response.status_code == 400


@every_list
def test_no_query_sorts_a_list_or_shows_all_rows(worked: School, table: str):
    fill(worked, 60)
    window = browser(worked.superuser)

    for query in ("o=1", "o=-3.2", "o=99", "all=", "_facets=True"):
        page = window.get(f"/admin/{table}/?{query}").content.decode()
        assert len(rows_of(page)) == 50, query


@pytest.mark.parametrize(
    ("model", "field"),
    [
        ("logger.attemptlog", "user"), ("analytics.skillstate", "learner"),
        ("logger.attemptlog", "session"), ("logger.contentsession", "mastery_log"),
    ],
)  # fmt: skip
def test_autocomplete_offers_only_the_viewers_learners(worked: School, model: str, field: str):
    """contract 0.7"""
    app, __, name = model.partition(".")
    query = {"app_label": app, "model_name": name, "field_name": field, "term": ""}

    answer = browser(worked.coach).get("/admin/autocomplete/", query)

    assert answer.status_code in (200, 403, 404)
    for foreign in ("chen", "stranger"):
        assert foreign not in answer.content.decode()


def test_contents_are_shown_by_title(worked: School):
    body = work(worked.ada)
    Content.objects.create(pk=body["content_id"], title="Counting <tens>")
    quiz = make_quiz(worked.class_7a)
    client_for(worked.ada).start({"quiz_id": quiz.pk.hex})

    for table in ("contentsession", "contentsummary", "masterylog"):
        page = look(worked.coach, f"logger/{table}")
        assert "Counting &lt;tens&gt;" in page
        assert ">quiz</a>" in page
    attempts = look(worked.coach, "logger/attemptlog", content="counting")
    assert learners_on(attempts) == {"Ada"}
    assert learners_on(look(worked.coach, "logger/attemptlog", content=body["content_id"])) == {
        "Ada"
    }
    assert learners_on(look(worked.coach, "logger/attemptlog", content=uuid7())) == set()


def test_an_unknown_content_can_be_copied(worked: School):
    content = str(AttemptLog.objects.get(user=worked.ada).content_id.hex)

    assert f'<code class="id" title="{content}">{content}</code>' in look(
        worked.coach, "logger/attemptlog"
    )


def test_attempts_of_guests_are_visible_only_to_facility_staff(worked: School):
    """contract 1.7: attempts of anonymous sessions are for facility staff only."""
    at = {"start_timestamp": NOW, "end_timestamp": NOW + timedelta(days=1), "content_id": uuid7()}
    session = ContentSession.objects.create(**at, facility=worked.facility, kind="exercise")
    AttemptLog.objects.create(
        **at, facility=worked.facility, session=session, item="guessed", position=0, correct=0
    )

    assert "guessed" in look(worked.facility_coach, "logger/attemptlog")
    assert "guessed" not in look(worked.coach, "logger/attemptlog")
    assert "guessed" not in look(worked.facility_coach, "logger/attemptlog", q="a")


@every_list
@pytest.mark.parametrize("who", ["coach", "facility_coach", "superuser"])
def test_all_links_of_a_list_and_its_rows_work(worked: School, table: str, who: str):
    window = browser(getattr(worked, who))
    row = LISTS[table]._default_manager.first()
    pages = [look(getattr(worked, who), table).partition("<tbody>")[2].partition("</tbody>")[0]]
    change = window.get(f"/admin/{table}/{row.pk}/change/").content.decode()
    pages.append(change.partition("<fieldset")[2].rpartition("</fieldset>")[0])

    links = {link for page in pages for link in re.findall(r'href="(/[^"]+)"', page)}

    assert len(links) >= 4
    for link in links:
        assert window.get(link).status_code == 200, link


@every_list
def test_a_rows_page_takes_at_most_fifteen_statements(
    worked: School, table: str, statements: Callable[[], Any]
):
    row = LISTS[table]._default_manager.first()
    window = browser(worked.coach)
    path = f"/admin/{table}/{row.pk}/change/"
    window.get(path)

    with statements() as asked:
        window.get(path)

    assert len(asked) <= 15
