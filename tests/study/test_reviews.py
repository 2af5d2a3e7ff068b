"""`GET /v3/study`, the items to study next: contract 3."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest
import time_machine

from analytics.core.memory import retrievability
from analytics.core.recall import INITIAL, RecallModel
from analytics.models import Item, ItemMemory, LearnerAbility
from infra.datetime_format import format_time
from roster.models import User
from study.models import StudySet
from tests.conftest import Client
from tests.factories import NOW, School
from tests.study.study_builders import (
    STUDY,
    guid_of,
    item_stats,
    items_of,
    make_set,
    refused,
    reviews,
    study,
)

DAY = timedelta(days=1)
DOCUMENTED = UUID("4ec0d7e2-a986-487d-9682-9ba6bbcb4cea")


@pytest.fixture(autouse=True)
def _at(clock: time_machine.Traveller) -> None:
    pass


def remember(
    learner: User, item: Item | str, *, stability: float = 10.0, days: float = 20.0, **more: Any
) -> ItemMemory:
    """Create the memory of an item that a learner studied once, some days ago."""
    if isinstance(item, str):
        assert learner.facility is not None
        item, _ = Item.objects.get_or_create(facility=learner.facility, code=item)
    last = NOW - days * DAY
    fields = {
        "difficulty": 5.0, "due": last + stability * DAY, "reviews": 1, "score": 1.0,
        "seconds": 5.0, "timed": 1, "last_seconds": 5.0, "studied": True, **more,
    }  # fmt: skip
    return ItemMemory.objects.create(
        learner=learner, item=item, stability=stability, last_review=last, **fields
    )


# Listed items.


def test_without_a_set_all_due_items_are_listed(school: School, app: Client):
    """contract 3: without set_id, items due across all sets studied."""
    make_set(school.facility, "paris", "rome")
    for code in ("paris", "lone"):
        remember(school.ada, Item.objects.filter(code=code).first() or code)
    remember(school.ada, "later", days=5)
    remember(school.ben, "bens")

    assert set(items_of(reviews(app))) == {"paris", "lone"}


def test_an_exercise_of_a_session_is_not_listed(school: School, app: Client):
    """contract 3: only sets studied; an item of a set counts, whichever API moved its memory."""
    make_set(school.facility, "paris")
    remember(school.ada, Item.objects.get(code="paris"), studied=False)
    remember(school.ada, "exercise:question 1", studied=False)

    assert set(items_of(reviews(app))) == {"paris"}


def test_a_set_lists_due_items_and_then_new_ones(school: School, app: Client):
    """contract 3: with set_id items due, then new ones; easiest first."""
    study_set = make_set(school.facility, "hard", "fresh", "easy", "due", "later")
    for code, mean in (("hard", 2.0), ("easy", -2.0)):
        Item.objects.filter(code=code).update(
            difficulty_mean=mean, difficulty_variance=0.1, answers=90
        )
    remember(school.ada, Item.objects.get(code="due"))
    remember(school.ada, Item.objects.get(code="later"), days=5)
    remember(school.ada, "elsewhere")

    listed = reviews(app, set_id=str(study_set.pk))

    assert items_of(listed) == ["due", "easy", "fresh", "hard"]
    readiness = [each["attributes"]["readiness"] for each in listed["data"][1:]]
    assert readiness == sorted(readiness, reverse=True)


def test_all_items_of_a_set_are_new_to_a_learner_who_studied_nothing(school: School, app: Client):
    """contract 3; equally easy items stay in the order of the set."""
    study_set = make_set(school.facility, "a", "b", "c")

    assert items_of(reviews(app, set_id=study_set.pk.hex.upper())) == ["a", "b", "c"]
    assert items_of(reviews(app)) == []


def test_items_studied_by_others_are_new_to_a_learner(school: School, app: Client):
    study_set = make_set(school.facility, "a")
    remember(school.ben, Item.objects.get(code="a"))

    [item] = reviews(app, set_id=str(study_set.pk))["data"]

    assert item["attributes"]["see-next-at"] is None


def test_a_listed_item_has_the_fields_of_the_contract(school: School, app: Client):
    """contract 3: id, type, attributes, links; ours: item-id, difficulty-sd."""
    make_set(school.facility, "paris")
    item = Item.objects.get(code="paris")
    remember(school.ada, item)

    [listed] = reviews(app)["data"]

    assert listed == {
        "id": str(item.guid),
        "type": "learning-items",
        "attributes": {
            "created-at": "2026-03-02T09:30:00.000000Z",
            "question": "paris?",
            "answer": "paris!",
            "learning-engine-guid": str(item.guid),
            "item-id": "paris",
            "readiness": item_stats(app, "paris")["readiness"],
            "see-next-at": "2026-02-20T09:30:00.000000Z",
            "difficulty": None,
            "difficulty-sd": None,
        },
        "links": {"self": f"/v3/learning_items/{item.guid}"},
    }


def test_an_item_of_no_set_has_no_question(school: School, app: Client):
    """contract 3: it is known only from results."""
    study(app, DOCUMENTED)
    ItemMemory.objects.update(due=NOW)

    [listed] = reviews(app)["data"]

    attributes = listed["attributes"]
    assert listed["id"] == attributes["learning-engine-guid"] == str(DOCUMENTED)
    assert (attributes["question"], attributes["answer"], attributes["item-id"]) == (None,) * 3
    assert attributes["created-at"] == format_time(Item.objects.get().created_at)


def test_readiness_follows_the_reviews_of_the_learner(school: School, app: Client):
    """learning-science 5: the probability is corrected by the learner's own reviews."""
    for days in (40, 30, 20, 10):
        study(app, "q1", quiz_result="Incorrect", timestamp=NOW - days * DAY)

    [listed] = reviews(app)["data"]

    assert listed["attributes"]["readiness"] == item_stats(app)["readiness"]
    memory = ItemMemory.objects.get()
    assert listed["attributes"]["readiness"] < retrievability(memory.stability, 10.0)


@pytest.mark.parametrize(("sd", "is_shown"), [(0.3499, True), (0.3501, False)])
def test_difficulty_is_shown_once_it_is_known(
    school: School, app: Client, sd: float, is_shown: bool
):
    """learning-science 2: once its sd < .35; contract 3."""
    make_set(school.facility, "paris")
    Item.objects.update(difficulty_mean=0.9, difficulty_variance=sd * sd, answers=60)
    remember(school.ada, Item.objects.get())

    [listed] = reviews(app)["data"]

    shown = listed["attributes"]["difficulty"], listed["attributes"]["difficulty-sd"]
    assert shown == ((0.3, 0.3499) if is_shown else (None, None))
    of_item = item_stats(app, "paris")
    assert (of_item["difficulty"], of_item["difficulty-sd"]) == shown


# Order.


def test_the_quickest_of_equal_items_comes_first(school: School, app: Client):
    """contract 3: by retention gained per second."""
    for code, seconds in (("slow", 60.0), ("quick", 3.0), ("usual", 10.0)):
        remember(school.ada, code, seconds=seconds * 20, reviews=20, timed=20)

    assert items_of(reviews(app)) == ["quick", "usual", "slow"]


def test_the_item_with_the_greatest_gain_comes_first(school: School, app: Client):
    """decision 19: a review adds more to a memory of a day than to one of ten years."""
    remember(school.ada, "old", stability=3000, days=3100)
    remember(school.ada, "young", stability=5, days=6)

    assert items_of(reviews(app)) == ["young", "old"]


def test_the_order_depends_on_the_recall_model_of_the_learner(school: School, app: Client):
    """decision 19: the gain depends on the served recall, so the order may be reversed."""
    remember(school.ada, "brief", stability=2, days=40)
    remember(school.ada, "lasting", stability=300, days=1500)
    usual = items_of(reviews(app))

    forgetful = RecallModel(INITIAL.mean - 3.0 * np.eye(8)[0], INITIAL.covariance)
    LearnerAbility.objects.create(learner=school.ada, recall_model=forgetful.to_bytes())

    assert (usual, items_of(reviews(app))) == (["brief", "lasting"], ["lasting", "brief"])


def test_a_set_has_the_order_of_the_whole_list(school: School, app: Client):
    """contract 3: the order is the same with and without a set."""
    study_set = make_set(school.facility, *(f"q{n}" for n in range(12)))
    for n, item in enumerate(Item.objects.order_by("code")):
        remember(school.ada, item, stability=2.0 + n * 7 % 12, days=20.0 + n * 5 % 12)

    assert items_of(reviews(app, set_id=str(study_set.pk))) == items_of(reviews(app))


# Pages.


def test_pages_divide_the_list(school: School, app: Client):
    """contract 3: meta total-pages and total-count, page[size], page[number]."""
    for n in range(7):
        remember(school.ada, f"q{n}", stability=5.0 + n)
    every = reviews(app)

    pages = [reviews(app, **{"page[size]": 3, "page[number]": n}) for n in (1, 2, 3, 4)]

    assert every["meta"] == {"total-pages": 1, "total-count": 7}
    assert [page["meta"] for page in pages] == [{"total-pages": 3, "total-count": 7}] * 4
    assert [len(page["data"]) for page in pages] == [3, 3, 1, 0]
    assert [each for page in pages for each in page["data"]] == every["data"]


def test_a_page_links_to_the_others(school: School, app: Client):
    """JSON:API: self, first, last, prev, next; they keep the other parameters."""
    study_set = make_set(school.facility, *(f"q{n}" for n in range(5)))
    asked = {"set_id": str(study_set.pk), "page[size]": 2, "fancy": "ü & ö"}

    walked, page = [], reviews(app, **asked)
    first = page["links"]
    while True:
        walked += items_of(page)
        if page["links"]["next"] is None:
            break
        page = app.get(page["links"]["next"]).json()

    assert walked == [f"q{n}" for n in range(5)]
    assert first["prev"] is None
    assert page["links"]["self"] == page["links"]["last"] == first["last"]
    assert app.get(page["links"]["prev"]).json()["links"]["prev"] == first["self"]
    assert reviews(app, **asked, **{"page[number]": 9})["links"]["prev"] == first["last"]
    assert page["links"]["first"] == first["first"] == first["self"]


def test_nothing_to_study_is_an_empty_page(school: School, app: Client):
    """contract 3"""
    study_set = StudySet.objects.get(pk=make_set(school.facility).pk)

    for query in ({}, {"set_id": str(study_set.pk)}, {"page[number]": "1000000000"}):
        document = reviews(app, **query)

        assert document["data"] == []
        assert document["meta"] == {"total-pages": 0, "total-count": 0}
        assert document["links"]["next"] is None


def test_the_default_page_size_is_fifty(school: School, app: Client):
    study_set = make_set(school.facility, *(f"q{n}" for n in range(60)))

    document = reviews(app, set_id=str(study_set.pk))

    assert len(document["data"]) == 50
    assert document["meta"] == {"total-pages": 2, "total-count": 60}
    assert len(reviews(app, set_id=str(study_set.pk), **{"page[size]": 200})["data"]) == 60


# Invalid queries.


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("page[size]", "0"),
        ("page[size]", "-1"),
        ("page[size]", "201"),
        ("page[size]", "ten"),
        ("page[size]", ""),
        ("page[size]", "1.0"),
        ("page[size]", "٣"),
        ("page[size]", "9" * 5000),
        ("page[number]", "0"),
        ("page[number]", "-1"),
        ("page[number]", "1e3"),
        ("page[number]", "\0"),
        ("page[number]", str(2**63)),
        ("page", "2"),
        ("page[cursor]", "x"),
        ("filter", "x"),
        ("filter[set]", "x"),
        ("filter[", ""),
        ("filter[a][b]\n", "\0"),
        ("sort", "readiness"),
        ("include", "set"),
        ("set_id", ""),
        ("set_id", "a\0b"),
        ("set_id", "x" * 256),
        ("user_id", ""),
        ("user_id", "\0"),
        ("user_id", "x" * 256),
    ],
)
def test_an_invalid_query_is_a_400(school: School, app: Client, parameter: str, value: str):
    """contract 0.12: the error names the parameter, such as page[size] or filter."""
    query = {"user_id": "nobody", "partner_id": "nobodys", parameter: value}

    error = refused(app.get(STUDY, query), 400)

    assert error["code"] == "INVALID"
    assert error["source"] == {"parameter": parameter}


def test_the_learner_is_required(school: School, app: Client):
    """contract 3"""
    error = refused(app.get(STUDY, {"partner_id": "779"}), 400)

    assert (error["code"], error["source"]) == ("REQUIRED", {"parameter": "user_id"})


def test_other_parameters_are_ignored(school: School, app: Client):
    """contract 0.1: like unknown fields."""
    assert reviews(app, filters="x", fancy="1")["data"] == []


@pytest.mark.parametrize("name", ["nope", "0" * 32, "12"])
def test_an_unknown_set_is_a_404(school: School, app: Client, name: str):
    """contract 3: unknown learner or set: 404."""
    refused(app.get(STUDY, {"user_id": "student_ada", "partner_id": "779", "set_id": name}), 404)


def test_an_empty_set_of_another_partner_is_a_404(school: School, app: Client):
    """contract 0.7"""
    study_set = make_set(school.elsewhere)
    query = {"user_id": "student_ada", "partner_id": "779", "set_id": str(study_set.pk)}

    refused(app.get(STUDY, query), 404)


def test_a_listed_item_links_to_its_guid(school: School, app: Client):
    """Results are sent with the same GUID."""
    study(app, "q1")
    ItemMemory.objects.update(due=NOW)

    [listed] = reviews(app)["data"]

    assert listed["links"]["self"].endswith(str(guid_of("q1")))
