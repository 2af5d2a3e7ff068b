"""Permissions and common parameters of reads of study results: contract 0.2, 0.6, 0.7, 3."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from roster.models import Scope, User
from tests.conftest import Client, client_for
from tests.factories import School, make_facility, make_key
from tests.study.study_builders import document_of, guid_of, make_set, refused, study

READS = ["study", "learner", "set", "item"]


@pytest.fixture
def paths(school: School, app: Client) -> dict[str, str]:
    """Return the paths of the reads; `{}` stands for the learner."""
    study(app)
    study_set = make_set(school.facility, "q2")
    return {
        "study": "/v3/study?user_id={}",
        "learner": "/v3/users/{}/learning_stats",
        "set": f"/v3/users/{{}}/sets/{study_set.pk}/learning_stats",
        "item": f"/v3/users/{{}}/items/{guid_of('q1')}/learning_stats",
    }


def ask(client: Client, path: str, user: str, partner: str | None = "779") -> Any:
    named = path.format(quote(user, safe=""))
    query = "" if partner is None else f"{'&' if '?' in named else '?'}partner_id={quote(partner)}"
    return client.get(named + query)


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize(
    ("caller", "status"),
    [
        ("ada", 200),
        ("coach", 200),
        ("facility_coach", 200),
        ("admin", 200),
        ("superuser", 200),
        ("ben", 404),
        ("stranger", 403),
        ("foreign_coach", 403),
    ],
)
def test_only_permitted_callers_can_read(
    school: School, paths: dict[str, str], read: str, caller: str, status: int
):
    """contract 0.7: 403 only if the partner in the request is that of another facility."""
    response = ask(client_for(getattr(school, caller)), paths[read], school.ada.pk.hex)

    if status == 200:
        document_of(response)
    else:
        error = refused(response, status)
        assert error.get("source") == (None if status == 404 else {"parameter": "partner_id"})


@pytest.mark.parametrize("read", READS)
def test_a_learner_is_unknown_to_a_coach_of_another_class(
    school: School, paths: dict[str, str], read: str
):
    """contract 0.7: 404."""
    refused(ask(client_for(school.coach), paths[read], school.chen.pk.hex), 404)


@pytest.mark.parametrize("read", READS)
def test_keys_need_the_read_scope_and_guests_cannot_read(
    school: School, paths: dict[str, str], read: str
):
    """contract 0.3, 0.7"""
    document_of(ask(client_for(school.key(Scope.READ)), paths[read], "student_ada"))
    refused(ask(client_for(school.key(Scope.WRITE)), paths[read], "student_ada"), 403)
    refused(ask(client_for(None), paths[read], "student_ada"), 401)


@pytest.mark.parametrize("read", READS)
def test_a_foreign_key_may_name_neither_this_partner_nor_its_learners(
    school: School, paths: dict[str, str], read: str
):
    """contract 3: a foreign partner is a 403; contract 0.7: other foreign objects are unknown."""
    school.stranger.delete()
    foreign = client_for(make_key(school.elsewhere))

    error = refused(ask(foreign, paths[read], "student_ada"), 403)
    assert error["source"] == {"parameter": "partner_id"}
    own = school.elsewhere.pk.hex
    assert "source" not in refused(ask(foreign, paths[read], "student_ada", own), 404)
    assert "source" not in refused(ask(foreign, paths[read], school.ada.pk.hex, own), 404)


@pytest.mark.parametrize("read", ["set", "item"])
def test_another_partners_sets_and_items_are_unknown(
    school: School, paths: dict[str, str], read: str
):
    """contract 0.7, 3"""
    foreign = client_for(make_key(school.elsewhere))

    refused(ask(foreign, paths[read], "student_ada", school.elsewhere.pk.hex), 404)


def test_another_partners_set_cannot_be_reviewed(school: School, app: Client):
    """contract 3: unknown set: 404."""
    study_set = make_set(school.elsewhere, "q2")

    refused(ask(app, f"/v3/study?set_id={study_set.pk}&user_id={{}}", "student_ada"), 404)


@pytest.mark.parametrize("read", READS)
def test_the_partner_is_named_by_its_id_or_uuid(school: School, paths: dict[str, str], read: str):
    """contract 0.2, 3"""
    key = school.facility.pk
    for caller in (school.key(), school.ada, school.superuser):
        client = client_for(caller)
        for name in ("779", key.hex, str(key), str(key).upper()):
            document_of(ask(client, paths[read], school.ada.pk.hex, name))


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("partner", ["780", "0" * 32, "x" * 255, "٧٧٩"])
def test_an_unknown_partner_is_a_403(
    school: School, paths: dict[str, str], read: str, partner: str
):
    """contract 3"""
    for caller in (school.key(), school.ada, school.superuser):
        error = refused(ask(client_for(caller), paths[read], school.ada.pk.hex, partner), 403)
        assert error["source"] == {"parameter": "partner_id"}


def test_a_facility_without_partner_id_is_identified_by_its_uuid(school: School):
    """contract 0.2"""
    app = client_for(make_key(school.elsewhere))

    document_of(ask(app, "/v3/study?user_id={}", "student_ada", str(school.elsewhere.pk)))
    refused(ask(app, "/v3/study?user_id={}", "student_ada", "None"), 403)


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("partner", [None, "", "\0", "x" * 256])
def test_the_partner_is_validated_before_anything_is_looked_up(
    school: School, app: Client, paths: dict[str, str], read: str, partner: str | None
):
    """contract 0.1: validation runs before look-ups."""
    error = refused(ask(app, paths[read], "nobody", partner), 400)

    assert error["source"] == {"parameter": "partner_id"}
    assert error["code"] == ("REQUIRED" if partner is None else "INVALID")


@pytest.mark.parametrize("read", READS)
def test_learners_are_identified_by_external_id_or_uuid(
    school: School, app: Client, paths: dict[str, str], read: str
):
    """contract 0.6; documents contain our UUIDs."""
    for name in ("student_ada", school.ada.pk.hex, str(school.ada.pk).upper()):
        document = document_of(ask(app, paths[read], name))
        if read != "study":
            assert document["data"]["id"].startswith(str(school.ada.pk))


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("name", ["nobody", "0" * 32, "STUDENT_ADA", "😀"])
def test_an_unknown_learner_is_a_404(
    school: School, app: Client, paths: dict[str, str], read: str, name: str
):
    """contract 3: unknown learner: 404."""
    refused(ask(app, paths[read], name), 404)


@pytest.mark.parametrize("read", READS)
def test_a_learner_of_another_partner_than_named_is_unknown(
    school: School, paths: dict[str, str], read: str
):
    """contract 0.7: even for a superuser, who may read both."""
    elsewhere = make_facility(partner_id="780")
    client = client_for(school.superuser)

    refused(ask(client, paths[read], school.ada.pk.hex, elsewhere.partner_id), 404)


@pytest.mark.parametrize("read", READS)
def test_ids_may_contain_slashes(school: School, app: Client, paths: dict[str, str], read: str):
    """contract 0.6: any string."""
    User.objects.filter(pk=school.ada.pk).update(external_id="school/7/ada")

    document_of(ask(app, paths[read], "school/7/ada"))


@pytest.mark.parametrize("read", READS)
def test_every_path_works_with_and_without_a_slash(
    school: School, app: Client, paths: dict[str, str], read: str
):
    """contract 0.1"""
    path, _, query = paths[read].partition("?")

    document_of(ask(app, f"{path}/?{query}", "student_ada"))


@pytest.mark.parametrize("name", ["nope", "0" * 32, "12", "%00", "x" * 300, "é"])
def test_an_unknown_item_or_set_is_a_404(school: School, app: Client, name: str):
    """contract 3: sets and items are identified by GUIDs; any other value is unknown."""
    for of in ("items", "sets"):
        path = f"/v3/users/student_ada/{of}/{quote(name, safe='%')}/learning_stats"
        refused(app.get(path, {"partner_id": "779"}), 404)


@pytest.mark.parametrize("path", ["/v3/study", "/v3/users/student_ada/learning_stats"])
def test_other_methods_are_refused_in_json_api(school: School, app: Client, path: str):
    """contract 0.12: 405."""
    refused(app.delete(path), 405)
