"""Learner tokens: contract 0.8."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from logger.models import ContentSession
from roster import services
from roster.models import ApiKey, Facility, LearnerToken, RoleKind, Scope, User
from tests.conftest import Client, client_for
from tests.factories import School, key_row, make_key, video

PATH = "/api/auth/token"
LIST = "/api/logger/attemptlog"


def issue(caller: Any, name: str = "student_ada", **fields: Any) -> Any:
    return client_for(caller).post(PATH, {"user_id": name, **fields}, format="json")


def bearer(token: str) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def test_a_token_acts_like_the_login_of_the_learner(school: School):
    """contract 0.8, 0.5: it records for its learner only, reads their data, needs no CSRF token."""
    client = bearer(issue(school.key()).json()["token"])

    client.start(video())

    assert ContentSession.objects.get().user == school.ada
    assert client.get(LIST).status_code == 200
    assert client.get("/api/auth/session/current").json()["user_id"] == school.ada.pk.hex
    other = client.post("/api/logger/contentsession", video(user_id="student_ben"), format="json")
    assert other.status_code == 403
    total = client.get(f"/api/logger/totalcontentprogress/{school.ben.pk.hex}")
    assert total.status_code == 403


@pytest.mark.parametrize(
    ("fields", "seconds"), [({}, 3600), ({"ttl": 60}, 60), ({"ttl": 86400}, 86400)]
)
def test_a_token_lives_one_hour_or_the_requested_time(
    school: School, fields: dict[str, Any], seconds: int
):
    """contract 0.8: ≤ 24 h, default 1 h."""
    asked = timezone.now()

    body = issue(school.key(), **fields).json()

    assert set(body) == {"token", "expires_at"}
    lives = datetime.fromisoformat(body["expires_at"]) - asked
    assert timedelta(seconds=seconds) <= lives <= timedelta(seconds=seconds + 30)
    assert bearer(body["token"]).get(LIST).status_code == 200
    LearnerToken.objects.update(expires_at=timezone.now())
    assert bearer(body["token"]).get(LIST).status_code == 401


@pytest.mark.parametrize("ttl", [0, -1, 86401, "long", None, 10**400])
def test_other_lifetimes_are_refused(school: School, ttl: Any):
    """contract 0.8."""
    if ttl == 10**400:
        response = client_for(school.key()).generic(
            "POST", PATH, f'{{"user_id": "x", "ttl": {ttl}}}', content_type="application/json"
        )
    else:
        response = issue(school.key(), ttl=ttl)

    assert response.status_code == 400
    assert not LearnerToken.objects.exists()


def test_only_a_key_with_write_scope_can_issue_tokens(school: School):
    """contract 0.8."""
    token = issue(school.key()).json()["token"]

    assert issue(None).status_code == 401
    assert issue(school.ada).status_code == 403
    assert issue(school.superuser).status_code == 403
    assert issue(school.key(Scope.READ)).status_code == 403
    assert bearer(token).post(PATH, {"user_id": "student_ada"}, format="json").status_code == 403


READS = [
    LIST,
    "/api/logger/totalcontentprogress/{ada}",
    "/api/v1/mastery/student_ada",
    "/v3/users/student_ada/learning_stats?partner_id=779",
    "/api/auth/facilityuser",
    "/api/auth/session/current",
]


@pytest.mark.parametrize("path", READS)
def test_a_token_of_a_key_that_only_writes_reads_nothing(school: School, path: str):
    """contract 0.3, 0.8: within the scopes of the key that made it, also beside another token."""
    Facility.objects.filter(pk=school.facility.pk).update(partner_id="779")
    both, only_writes = (
        bearer(issue(key).json()["token"]) for key in (school.key(), school.key(Scope.WRITE))
    )
    path = path.format(ada=school.ada.pk.hex)

    for client in (both, only_writes):
        client.start(video())

    assert both.get(path).status_code == 200
    assert only_writes.get(path).status_code == 403
    assert only_writes.head(path).status_code == 403


def test_a_token_loses_the_scopes_that_its_key_loses(school: School):
    """contract 0.8."""
    client = bearer(issue(school.key()).json()["token"])
    ApiKey.objects.update(can_write=False)

    response = client.post("/api/logger/contentsession", video(), format="json")

    assert (response.status_code, client.get(LIST).status_code) == (403, 200)


def test_a_token_of_a_key_with_the_scope_admin_reads_and_writes(school: School):
    """contract 0.3: the scope admin includes both."""
    client = bearer(issue(school.key(Scope.ADMIN)).json()["token"])

    client.start(video())

    assert client.get(LIST).status_code == 200


@pytest.mark.parametrize("who", ["coach", "facility_coach", "admin"])
def test_a_key_cannot_issue_a_token_for_staff(school: School, who: str):
    """contract 0.8: tokens are for learners; a write key must not read with an admin's rights."""
    response = issue(school.key(Scope.WRITE), getattr(school, who).pk.hex)

    assert (response.status_code, response.json()[0]["id"]) == (403, "PERMISSION_DENIED")


def test_there_is_no_token_for_a_closed_account(school: School):
    """contract 0.8: 404."""
    User.objects.filter(pk=school.ada.pk).update(is_active=False)

    response = issue(school.key())

    assert (response.status_code, response.json()[0]["id"]) == (404, "NOT_FOUND")
    assert not LearnerToken.objects.exists()


def test_a_token_ends_if_its_learner_leaves_or_becomes_staff(school: School):
    """Rights are checked at each request, not stored in the token."""
    of_ada, of_ben = (
        issue(school.key(), name).json()["token"] for name in ("student_ada", "student_ben")
    )
    User.objects.filter(pk=school.ada.pk).update(is_active=False)
    services.assign_role(school.ben, RoleKind.COACH, school.facility)

    assert bearer(of_ada).get(LIST).status_code == 401
    assert bearer(of_ben).get(LIST).status_code == 401


def test_the_learner_of_a_token_is_found_or_created(school: School):
    """contract 0.6, 0.8."""
    token = issue(school.key(), "newcomer").json()["token"]
    foreign = issue(make_key(school.elsewhere), "student_ada").json()["token"]

    bearer(token).start(video())
    bearer(foreign).start(video())

    assert set(ContentSession.objects.values_list("user", flat=True)) == {
        User.objects.get(external_id="newcomer").pk,
        school.stranger.pk,
    }
    school.facility.auto_provision = False
    school.facility.save()
    assert issue(school.key(), "nobody").status_code == 404


def test_a_token_ends_with_its_key(school: School):
    """contract 0.3: a revoked key invalidates its tokens."""
    secret = school.key()
    token = issue(secret).json()["token"]

    services.revoke_key(key_row(secret).prefix, at=timezone.now())

    assert bearer(token).get(LIST).status_code == 401


@pytest.mark.parametrize("wrong", ["lu_", "lu_x_y", "lu_\0", "lu_" + "é" * 50])
def test_an_unknown_token_is_refused(school: School, wrong: str):
    """contract 0.3."""
    issue(school.key())

    assert bearer(wrong).get(LIST).status_code == 401


def test_only_digests_are_stored_and_expired_tokens_are_deleted(school: School):
    """contract 0.8: shown once."""
    key = school.key()
    first = issue(key).json()
    LearnerToken.objects.update(expires_at=timezone.now())

    again = issue(key).json()

    stored = LearnerToken.objects.get()
    assert first["token"] != again["token"]
    assert again["token"] not in {str(value) for value in vars(stored).values()}
