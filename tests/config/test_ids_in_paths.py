"""Ids in paths are one segment, with any characters: contract 0.2, 0.6."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import pytest
from django.test import Client as PlainClient

from logger.models import MasteryLog
from roster.models import User
from tests.conftest import client_for
from tests.factories import School, exercise, make_key

# Learners and skills of the same names; the path of one is never that of another.
NAMES = [
    "ada", "ada/", "/ada", "ada/history", "history", "a/b", "a", "b", "a/b/history", "a//b",
    "ada\n", "\nada", "ada\r\n", "a b", "a%2Fb", "a%252Fb", "a%", "%", "%2F", "%2f", "/", "//", "é",
    "é/😀", "a?b", "a#b", "a;b", "a+b", ".", "..", "../ada", "learning_stats", "x/learning_stats",
    "x/sets/y/learning_stats", "\\", "\x01", "\u2215", "\ufffd", "\uf8ff",
]  # fmt: skip
READS = [
    "/api/v1/mastery/{}", "/api/v1/mastery/{}/x/history", "/api/v1/velocity/{}",
    "/api/v1/predictions/{}", "/api/logger/totalcontentprogress/{}", "/api/logger/userprogress/{}",
    "/v3/users/{}", "/v3/users/{}/learning_stats?partner_id=779",
]  # fmt: skip


def encoded(name: str) -> str:
    return quote(name, safe="")


@pytest.fixture(autouse=True)
def partner(school: School) -> None:
    school.facility.partner_id = "779"
    school.facility.save()


@pytest.fixture
def learners(school: School) -> dict[str, User]:
    """Create a learner of each name, with an answer at the skill `x` and one at their own."""
    app = client_for(school.key())
    school.ada.delete()
    rows = [
        {"user_id": name, "skill_id": skill, "is_correct": True}
        for name in NAMES
        for skill in ("x", f"of {name}")
    ]
    response = app.post("/api/v1/track-answers", rows, format="json")
    assert response.json()["data"]["accepted"] == len(rows)
    return {name: User.objects.get(external_id=name) for name in NAMES}


@pytest.mark.parametrize("slash", ["", "/"])
def test_every_learner_has_their_own_path(school: School, learners: dict[str, User], slash: str):
    app, foreign = client_for(school.key()), client_for(make_key(school.elsewhere))
    for name, learner in learners.items():
        mastery = app.get(f"/api/v1/mastery/{encoded(name)}{slash}").json()["data"]
        assert {row["skill_id"] for row in mastery} == {"x", f"of {name}"}

        velocity = app.get(f"/api/v1/velocity/{encoded(name)}{slash}").json()["data"]
        assert set(velocity["skill_velocities"]) == {"x", f"of {name}"}

        predictions = app.get(f"/api/v1/predictions/{encoded(name)}{slash}").json()["data"]
        assert set(predictions["skills"]) == {"x", f"of {name}"}

        for total in ("totalcontentprogress", "userprogress"):
            progress = app.get(f"/api/logger/{total}/{encoded(name)}{slash}").json()
            assert progress["id"] == learner.pk.hex

        user = app.get(f"/v3/users/{encoded(name)}{slash}").json()["data"]
        assert user["id"] == str(learner.pk)

        url = f"/v3/users/{encoded(name)}/learning_stats{slash}?partner_id=779"
        stats = app.get(url).json()["data"]
        assert stats["id"] == str(learner.pk)
        assert (
            stats["links"]["self"]
            == app.get(stats["links"]["self"]).json()["data"]["links"]["self"]
        )

        for path in READS:
            assert foreign.get(path.format(encoded(name))).status_code in {403, 404}


def test_every_skill_has_its_own_path(school: School):
    """Each learner has one answer at the first skill, two at the second and so on."""
    app, people = client_for(school.key()), ["T", "T/a", "T/a/b", "T%2Fa"]
    skills = ["b", "a/b", "a", "b/history", "a%2Fb", "\n"]
    rows = [
        {"user_id": person, "skill_id": skill, "is_correct": True}
        for person in people
        for turn, skill in enumerate(skills)
        for _answer in range(turn + 1)
    ]
    app.post("/api/v1/track-answers", rows, format="json")

    for person in people:
        for turn, skill in enumerate(skills):
            url = f"/api/v1/mastery/{encoded(person)}/{encoded(skill)}/history"
            assert len(app.get(url).json()["data"]) == turn + 1


def test_a_slash_in_an_id_has_to_be_encoded(school: School, learners: dict[str, User]):
    """Otherwise it would depend on the ids of others whose data a path means."""
    app = client_for(school.key())
    paths = [
        "/api/v1/mastery/a/b", "/api/v1/mastery/a/b/x/history", "/api/v1/mastery/a/of a/b/history",
        "/api/v1/velocity/a/b", "/api/v1/predictions/a/b", "/api/logger/totalcontentprogress/a/b",
        "/v3/users/a/b", "/v3/users/a/b/learning_stats?partner_id=779", "/api/v1/mastery//ada",
    ]  # fmt: skip
    assert {app.get(path).status_code for path in paths} == {404}


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize("name", ["%FF", "%C3", "ada%2f%ff", "%ED%A0%80", "ada%00", "%00"])
def test_an_id_that_no_text_can_have_is_not_found(school: School, path: str, name: str):
    app = client_for(school.key())
    app.post("/api/v1/track-answer", {"user_id": "%FF", "skill_id": "x", "is_correct": True})

    assert app.get(path.format(name)).status_code == 404


def test_an_encoded_slash_is_not_the_end_of_a_path(school: School):
    session = client_for(school.ada).start(exercise())["session_id"]
    ada = client_for(school.ada)
    before = ada.put(f"/api/logger/contentsession/{session}", {"progress": 0.5}, format="json")
    assert before.status_code == 200

    for path in (
        f"/api/logger/contentsession/{session}%2F", f"/api/logger/contentsession%2F{session}",
        f"/api%2Flogger/contentsession/{session}",
    ):  # fmt: skip
        response = ada.put(path, {"progress": 1}, format="json", HTTP_IDEMPOTENCY_KEY="one")
        assert (response.status_code, response.json()[0]["id"]) == (404, "NOT_FOUND")
    assert not MasteryLog.objects.filter(complete=True).exists()


def test_links_of_a_list_name_the_same_learner(school: School):
    app = client_for(school.key())
    rows = [{"user_id": "a/b%", "skill_id": skill, "is_correct": True} for skill in "xyz"]
    app.post("/api/v1/track-answers", rows, format="json")

    found, url = [], f"/api/v1/mastery/{encoded('a/b%')}?cursor=&page_size=1"
    while url:
        page = app.get(url).json()["data"]
        found += [row["skill_id"] for row in page["results"]]
        url = page["next"] and urlsplit(page["next"])._replace(scheme="", netloc="").geturl()

    assert sorted(found) == ["x", "y", "z"]


def test_a_partner_id_may_contain_slashes(school: School):
    school.facility.partner_id = "7/7 9%"
    school.facility.save()
    path = f"/v3/partners/{encoded(school.facility.partner_id)}/users"

    assert client_for(school.key()).post(path, {}, format="json").status_code == 201


def test_without_the_raw_path_an_id_has_no_slash(school: School, learners: dict[str, User]):
    """Another WSGI server passes on the decoded path alone."""
    client = PlainClient(headers={"X-API-Key": school.key()})

    for name in ("ada", "a%2Fb", "é", "%"):
        found = client.get(f"/v3/users/{encoded(name)}").json()
        assert found["data"]["id"] == str(learners[name].pk)
    assert client.get("/v3/users/a%2Fb").status_code == 404
