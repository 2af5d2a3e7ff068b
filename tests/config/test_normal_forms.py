"""Ids in different normal forms of Unicode are one: contract 0.2."""

from __future__ import annotations

from typing import Any
from unicodedata import normalize
from urllib.parse import quote

import pytest
from django.core.management import call_command

from analytics.models import Content, Item, Skill
from logger.models import AttemptLog
from roster.models import Classroom, Scope, User
from tests.analytics.event_builders import answer, tracked
from tests.conftest import Client, client_for
from tests.factories import School, answered, exercise, make_facility, video
from tests.infra.export_client import body, browser, read_csv

NAME = "\u00e9le\u0300ve \u1112\u1161\u11ab"  # in neither form
FORMS = [NAME, normalize("NFC", NAME), normalize("NFD", NAME)]
PERSON = "/api/auth/facilityuser"


def record(app: Client, form: str) -> None:
    tracked(app, answer(form, skill_id=form, item_id=form))
    rows = [answer(form, skill_id=form, item_id=form)]
    bulk = app.post("/api/v1/track-answers", rows, format="json").json()
    assert bulk["data"]["accepted"] == 1
    study = {
        "user_id": form, "partner_id": "école", "item_id": form, "quiz_result": "Correct",
        "study_time_millis": 5,
    }  # fmt: skip
    response = app.post("/v3/study", study, format="json")
    assert response.status_code == 204, response.content
    app.start(video(user_id=form))
    assert app.post("/api/auth/token", {"user_id": form}, format="json").status_code == 200


@pytest.fixture
def app(school: School) -> Client:
    school.facility.partner_id = "e\u0301cole"
    school.facility.save()
    return client_for(school.key(Scope.ADMIN))


def test_a_learner_a_skill_and_an_item_have_one_row_in_all_forms(app: Client):
    before = User.objects.count()

    for form in FORMS:
        record(app, form)

    assert User.objects.count() == before + 1
    for row in (User.objects.get(external_id=NAME), Skill.objects.get(), Item.objects.get()):
        code = row.external_id if isinstance(row, User) else row.code
        assert code == normalize("NFC", NAME)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/mastery/{}?item_id={}",
        "/api/v1/mastery/{}/{}/history",
        "/api/v1/velocity/{}?skill_id={}",
        "/api/v1/predictions/{}?x={}",
        "/api/logger/totalcontentprogress/{}?x={}",
        "/v3/users/{}?x={}",
        "/v3/study?user_id={}&partner_id=e%CC%81cole&x={}",
    ],
)
def test_what_is_recorded_is_found_in_all_forms(app: Client, path: str, form: str):
    record(app, NAME)
    expected = app.get(path.format(quote(FORMS[1]), quote(FORMS[1])))

    found = app.get(path.format(quote(form), quote(form)))

    assert expected.status_code == found.status_code == 200
    if "/mastery/" in path:
        assert found.json() == expected.json()
        assert found.json()["data"]


@pytest.mark.parametrize("form", FORMS)
def test_attempts_are_found_in_all_forms(app: Client, form: str):
    tracked(app, answer(NAME))
    learner = client_for(User.objects.get(external_id=NAME))
    learner.work(exercise(), answered(NAME))

    for query in (f"user={quote(form)}", f"item={quote(form)}"):
        assert len(app.get(f"/api/logger/attemptlog?{query}").json()) == 1


def test_an_attempt_is_replaced_in_all_forms(ada: Client):
    session = ada.start(exercise())["session_id"]

    for form in FORMS:
        ada.move(session, interactions=[answered(form, replace=True)])

    assert AttemptLog.objects.get().item == normalize("NFC", NAME)


@pytest.mark.parametrize("form", FORMS)
def test_an_id_is_unique_in_all_forms(app: Client, form: str):
    body = {"username": "eve", "id_number": NAME}

    added = app.post(PERSON, body, format="json")
    again = app.post(PERSON, {"username": "max", "id_number": form}, format="json")

    assert added.json()["id_number"] == normalize("NFC", NAME)
    assert again.status_code == 400
    assert again.json()[0]["metadata"]["field"] == "id_number"


@pytest.mark.parametrize(
    "body",
    [
        answer("\u0958" * 255),
        answer("ada", skill_id="\u0958" * 255),
        answer("ada", item_id="\u0958" * 128),
    ],
)
def test_an_id_that_is_too_long_in_its_normal_form_is_refused(app: Client, body: dict[str, Any]):
    """Some letters have no composed form."""
    assert app.post("/api/v1/track-answer", body, format="json").status_code == 400


def test_the_items_of_a_content_are_those_that_apps_send(tmp_path: Any, ada: Client):
    """contract 1.6: `do_all` compares the names of items."""
    body = exercise(mastery_model={"type": "do_all"})
    table = tmp_path / "contents.csv"
    table.write_text(f"id,title,items\n{body['content_id']},All,{FORMS[2]}\n", encoding="utf-8")
    call_command("import_content", table)

    assert Content.objects.get().items == [FORMS[1]]
    session = ada.start(body)["session_id"]
    assert ada.move(session, interactions=[answered(NAME, complete=True)])["complete"]


@pytest.mark.django_db
def test_ids_in_roster_files_are_normalized(tmp_path: Any):
    roster = tmp_path / "roster.json"
    make_facility(name="Old", partner_id=FORMS[1])
    roster.write_text(
        f'{{"facility": {{"name": "New", "partner_id": "{FORMS[2]}"}},'
        f' "users": [{{"username": "eve", "external_id": "{FORMS[2]}"}}]}}',
        encoding="utf-8",
    )

    for _ in range(2):
        call_command("import_roster", str(roster))

    person = User.objects.get()
    assert person.external_id == FORMS[1]
    assert person.facility is not None
    assert person.facility.name == "New"


WORDS = ["\u00e9mile", "\u00c9MILE", "E\u0301mile", "e\u0301MI", "\uff25\u0301\uff4d\uff49\uff4c"]


@pytest.mark.parametrize("word", WORDS)
def test_people_are_found_in_all_forms_and_cases(school: School, word: str):
    school.ada.full_name, school.ben.full_name = "\u00c9mile Zola", "E\u0301mile 50%"
    school.chen.full_name = "Emile"
    User.objects.bulk_update([school.ada, school.ben, school.chen], ["full_name"])

    rows = client_for(school.admin).get(f"{PERSON}?search={quote(word)}").json()
    none = client_for(school.admin).get(f"{PERSON}?search={quote(word)}%25").json()

    assert {row["username"] for row in rows} == {"ada", "ben"}
    assert none == []


@pytest.mark.parametrize("word", WORDS)
def test_lists_of_the_admin_are_searched_in_all_forms_and_cases(school: School, word: str):
    school.class_7a.name, school.class_7b.name = "Rousseau", "\u00c9mile 2"
    Classroom.objects.bulk_update([school.class_7a, school.class_7b], ["name"])
    Skill.objects.create(facility=school.facility, code="s1", title="\u00c9mile 3")
    root = client_for(school.superuser)

    for table, found in (("roster/classroom", "\u00c9mile 2"), ("analytics/skill", "\u00c9mile 3")):
        page = root.get(f"/admin/{table}/?q={quote(word)}").content.decode()
        assert found in page
        assert "Rousseau" not in page


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("e\u0301t", {"\u00e9tude-A", "\u00e9tude-a"}),
        ("\u00e9tude-A", {"\u00e9tude-A"}),
        ("\u00c9t", set()),
        ("a", {"a*b", "a_b", "aXb"}),
        ("A", set()),
        ("a*", {"a*b"}),
        ("a_", {"a_b"}),
        ("[", {"[1]"}),
    ],
)
def test_searches_by_the_first_characters_of_a_code_are_alike(
    school: School, app: Client, typed: str, expected: set[str]
):
    """They regard the case of all letters, and no character is a wildcard."""
    for code in ("\u00e9tude-A", "\u00e9tude-a", "a*b", "a_b", "aXb", "[1]"):
        tracked(app, answer("\u00e9l\u00e8ve", skill_id=code, item_id=code))
    admin = browser(school.superuser)

    for page in (
        "/admin/analytics/item/?q={}",
        "/admin/analytics/learningevent/?q={}",
        "/admin/analytics/skillstate/?skill={}",
    ):
        exported = admin.post(
            page.format(quote(typed)).replace("/?", "/export/?"), {"format": "csv"}
        )
        column = "skill" if "skill=" in page else "item"
        assert {
            row.get(column) or row.get("code") for row in read_csv(body(exported))
        } == expected, page
