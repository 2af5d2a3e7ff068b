"""Responses to reads have no data of people that the caller may not see: contract 0.2, 0.6, 0.7.

Every GET of the OpenAPI document is sent with the ids of another learner.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from analytics.models import Item
from roster.models import Scope
from tests.conftest import Caller, client_for
from tests.factories import PASSWORD, School, answered, exercise, make_key, make_user
from tests.study.study_builders import make_set

SECRET = "ada/secret"
SKILL = "of ada/x"


@pytest.fixture
def ids(school: School) -> dict[str, list[str]]:
    """Record work of a learner, and return ids of it and forms that must not be read as them."""
    school.ada.external_id, school.facility.partner_id = SECRET, "779"
    school.ada.save()
    school.facility.save()
    app = client_for(school.key())
    body = exercise(user_id=SECRET)
    app.work(body, answered("secret question"))
    answer = {"user_id": SECRET, "skill_id": SKILL, "is_correct": True}
    assert app.post("/api/v1/track-answer", answer, format="json").status_code == 200
    [attempt] = app.get("/api/logger/attemptlog").json()
    study_set = make_set(school.facility, "secret item")
    learner = school.ada.pk.hex
    return {
        "user_id": [
            learner, str(school.ada.pk), SECRET, f"{learner}/", f"{learner}\n", f"/{learner}"
        ],
        "skill_id": [SKILL, "x"],
        "set_id": [str(study_set.pk)],
        "guid": [str(Item.objects.get(code="secret item").guid)],
        "index": ["0", "00"],
        "id": [attempt["id"], attempt["masterylog"], learner, school.class_7a.pk.hex],
        "query": [f"user={learner}&user_id={learner}&content={body['content_id']}&partner_id=779"],
    }  # fmt: skip


def paths(ids: dict[str, list[str]]) -> Iterator[str]:
    """Yield the URL of each GET with each of the ids."""
    document = client_for(None).get("/api/schema?format=json").json()
    for path, operations in document["paths"].items():
        if "get" not in operations or path.startswith("/api/schema"):
            continue
        urls = [path]
        for name in re.findall(r"{(\w+)}", path):
            values = ids.get(name, ids["id"])
            urls = [
                url.replace(f"{{{name}}}", quote(value, safe=""))
                for url in urls
                for value in values
            ]
        yield from (f"{url}?{query}" for url in urls for query in ids["query"])


def outsiders(school: School) -> dict[str, Caller]:
    """Return callers who may not see the learner."""
    return {
        "guest": None,
        "another learner of the class": school.ben,
        "a learner of another class": school.chen,
        "a learner of another school with the same external id": school.stranger,
        "a coach of another school": school.foreign_coach,
        "a key of another school": make_key(school.elsewhere),
        "a key that may only write": school.key(Scope.WRITE),
        "a person without a role": make_user(school.facility, password=PASSWORD),
    }


def test_no_outsider_reads_anything_of_a_learner(school: School, ids: dict[str, list[str]]):
    school.stranger.external_id = SECRET
    school.stranger.save()
    urls = list(paths(ids))
    forbidden = {"secret question", "of ada", school.ada.pk.hex, str(school.ada.pk), '"Ada"'}

    leaks = []
    for name, caller in outsiders(school).items():
        client = client_for(caller)
        for url in urls:
            text = shown(client.get(url), url)
            leaks += [(name, url, word) for word in forbidden if word in text]

    assert not leaks
    assert len(urls) > 40


def test_those_who_may_see_the_learner_do(school: School, ids: dict[str, list[str]]):
    """The other half: the same URLs have the data."""
    for caller in (school.key(), school.ada, school.coach, school.admin, school.superuser):
        client = client_for(caller)
        texts = " ".join(client.get(url).content.decode() for url in paths(ids))
        assert all(word in texts for word in ("secret question", "of ada", school.ada.pk.hex))


def shown(response: Any, url: str) -> str:
    """Return the text of a successful response without its own URL, which contains the ids."""
    assert response.status_code < 500, url
    return "" if response.status_code >= 400 else response.content.decode().replace(url, "")
