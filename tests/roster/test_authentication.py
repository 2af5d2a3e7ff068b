"""Authentication: contract 0.3, 0.4, and logging in (1.8)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client as PlainClient
from django.utils import timezone

from infra.api.rate_limit import Rate
from logger.models import ContentSession
from roster import services
from roster.models import ApiKey, Scope
from tests.conftest import Client, client_for
from tests.factories import PASSWORD, School, key_row, make_key, make_user, video

LIST = "/api/logger/attemptlog"
START = "/api/logger/contentsession"
LOGIN = "/api/auth/session"
CURRENT = "/api/auth/session/current"


def login(client: Client, username: str = "ada", password: str = PASSWORD, **fields: Any) -> Any:
    body = {"username": username, "password": password, **fields}
    return client.post(LOGIN, body, format="json")


# Keys: contract 0.3.


def test_each_carrier_is_accepted(school: School):
    """contract 0.3: X-API-Key, Authorization: Bearer and the login session."""
    key = school.key()

    assert Client().get(LIST, HTTP_X_API_KEY=key).status_code == 200
    assert Client().get(LIST, HTTP_AUTHORIZATION=f"Bearer {key}").status_code == 200
    assert Client().get(LIST, HTTP_AUTHORIZATION=f"bearer {key}").status_code == 200
    assert client_for(school.ada).get(LIST).status_code == 200


@pytest.mark.parametrize(
    "secret", ["", "x", "lt_", "lt_abc_def", "lt_000000000000_x", "lt_" + "é" * 12 + "_x", "\ud800"]
)
@pytest.mark.parametrize("header", ["HTTP_X_API_KEY", "HTTP_AUTHORIZATION"])
def test_an_unknown_key_is_refused_even_beside_a_valid_cookie(
    school: School, secret: str, header: str
):
    """contract 0.3: 401 with WWW-Authenticate; a key header wins over a cookie."""
    value = f"Bearer {secret}" if header == "HTTP_AUTHORIZATION" else secret

    for path, method in ((LIST, "get"), (START, "post")):
        client: Any = client_for(school.ada)
        response = getattr(client, method)(path, **{header: value})
        assert response.status_code == 401
        assert response.json()[0]["id"] == "NOT_AUTHENTICATED"
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_missing_credentials_are_refused_if_required(db: None):
    """contract 0.3, 0.7: without credentials lists answer 401."""
    for path in (LIST, "/api/logger/masterylog", "/api/logger/totalcontentprogress/x"):
        response = client_for(None).get(path)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_tampered_secret_is_refused(school: School):
    """contract 0.3."""
    key = school.key()

    assert client_for(key[:-1] + ("a" if key[-1] != "a" else "b")).get(LIST).status_code == 401


def test_an_expired_or_revoked_key_is_refused(school: School):
    """contract 0.3."""
    expired, revoked = school.key(), school.key()
    ApiKey.objects.filter(pk=key_row(expired).pk).update(expires_at=timezone.now())
    services.revoke_key(key_row(revoked).prefix, at=timezone.now())
    living = school.key()
    ApiKey.objects.filter(pk=key_row(living).pk).update(
        expires_at=timezone.now() + timedelta(hours=1)
    )

    statuses = [client_for(key).get(LIST).status_code for key in (expired, revoked, living)]

    assert statuses == [401, 401, 200]


def test_two_different_keys_are_refused(school: School):
    """contract 0.3: 400; the same key twice is fine."""
    one, other = school.key(), school.key()

    both = Client().get(LIST, HTTP_X_API_KEY=one, HTTP_AUTHORIZATION=f"Bearer {other}")
    same = Client().get(LIST, HTTP_X_API_KEY=one, HTTP_AUTHORIZATION=f"Bearer {one}")

    assert (both.status_code, same.status_code) == (400, 200)


def test_a_repeated_header_is_read_as_servers_join_it(school: School):
    """contract 0.3: two different keys: 400."""
    one, other = school.key(), school.key()

    assert Client().get(LIST, HTTP_X_API_KEY=f"{one},{one}").status_code == 200
    assert Client().get(LIST, HTTP_X_API_KEY=f"{one}, {other}").status_code == 400


def test_the_current_session_requires_the_scopes_of_a_key(school: School):
    """contract 0.3: read for every GET."""
    assert client_for(school.key(Scope.WRITE)).get(CURRENT).status_code == 403
    assert client_for(school.key(Scope.READ)).get(CURRENT).json()["kind"] == ["key"]
    assert client_for(school.key(Scope.READ)).put(CURRENT, {}).status_code == 403


def test_a_key_can_end_a_login_session(school: School):
    """contract 0.3: with a key and a cookie the key is the caller, and the session still ends."""
    client = Client()
    login(client)

    assert client.delete(CURRENT, HTTP_X_API_KEY=school.key()).status_code == 204
    assert client.get(LIST).status_code == 401


def test_other_authorization_schemes_are_ignored(school: School):
    """Basic credentials of a proxy are ignored; a misspelled key is refused."""
    ada = client_for(school.ada)

    assert ada.get(LIST, HTTP_AUTHORIZATION="Basic eDp5").status_code == 200
    for wrong in ("Token x", "Token", school.key(), "Digest x"):
        response = ada.post(START, video(), format="json", HTTP_AUTHORIZATION=wrong)
        assert response.status_code == 401


def test_a_key_header_wins_over_a_cookie(school: School):
    """contract 0.3: the key's rights, not the person's."""
    client = client_for(school.superuser)
    client.credentials(HTTP_X_API_KEY=make_key(school.elsewhere))
    client_for(school.ada).start(video())

    client.start(video(user_id="somebody"))

    assert ContentSession.objects.filter(user__facility=school.elsewhere).count() == 1


@pytest.mark.parametrize(
    ("scopes", "reads", "writes"),
    [
        ({Scope.READ}, 200, 403),
        ({Scope.WRITE}, 403, 200),
        ({Scope.READ, Scope.WRITE}, 200, 200),
        ({Scope.ADMIN}, 200, 200),
    ],
)
def test_scopes_decide_what_a_key_may_do(
    school: School, scopes: set[Scope], reads: int, writes: int
):
    """contract 0.3: read for every GET, write to record, admin for both; else 403."""
    client = client_for(school.key(*scopes))

    assert client.get(LIST).status_code == reads
    assert client.post(START, video(user_id="x"), format="json").status_code == writes
    if reads == 403:
        assert client.get(LIST).json()[0]["id"] == "PERMISSION_DENIED"


def test_only_a_digest_is_stored(school: School):
    """contract 0.3."""
    secret = school.key()

    row = key_row(secret)

    assert secret not in {str(value) for value in vars(row).values()}
    assert row.prefix in secret


def test_the_last_use_of_a_key_is_stored_every_five_minutes(school: School):
    secret = school.key()
    client = client_for(secret)

    client.get(LIST)
    first = key_row(secret).last_used_at
    client.get(LIST)

    assert first is not None
    assert key_row(secret).last_used_at == first
    ApiKey.objects.update(last_used_at=first - timedelta(minutes=6))
    client.get(LIST)
    assert key_row(secret).last_used_at != first - timedelta(minutes=6)


@pytest.mark.parametrize("cookie", ["abc\\000defgh", "'; --", "é" * 9, "A" * 32, "a" * 5000])
def test_an_invalid_session_cookie_is_anonymous(db: None, cookie: str):
    client = client_for(None)
    client.cookies["sessionid"] = cookie

    assert client.get(LIST).status_code == 401
    assert client.get(CURRENT).json()["kind"] == ["anonymous"]


# CSRF: contract 0.4.


def test_a_cookie_needs_a_csrf_token_and_nothing_else_does(school: School):
    """contract 0.4: checked exactly when the session cookie authenticates."""
    body = video()
    school.elsewhere.delete()
    guest = Client(enforce_csrf_checks=True)
    app = Client(enforce_csrf_checks=True)
    person = Client(enforce_csrf_checks=True)
    assert login(person).status_code == 200

    assert guest.post(START, body, format="json").status_code == 200
    assert app.post(START, body, format="json", HTTP_X_API_KEY=school.key()).status_code == 200
    assert person.post(START, body, format="json").status_code == 403
    token = person.cookies["csrftoken"].value
    answer = person.post(START, body, format="json", HTTP_X_CSRFTOKEN=token)
    assert answer.status_code == 200
    with_key = person.post(START, body, format="json", HTTP_X_API_KEY=school.key())
    assert with_key.status_code == 200


def test_an_anonymous_client_gets_its_csrf_cookie(db: None):
    """contract 1.8: PUT on the current session with {}."""
    client = Client(enforce_csrf_checks=True)

    response = client.put(CURRENT, {}, format="json")

    assert response.status_code == 200
    assert "csrftoken" in response.cookies


def test_login_requires_json(school: School):
    """contract 0.4."""
    body = {"username": "ada", "password": PASSWORD}

    for content_type in ("application/x-www-form-urlencoded", "text/plain"):
        response = Client().generic("POST", LOGIN, str(body), content_type=content_type)
        assert response.status_code == 415
        assert "sessionid" not in response.cookies


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 200),
        ("http://testserver", 200),
        ("https://lms.example.org", 200),
        ("https://a.school.example", 200),
        ("http://a.school.example", 403),
        ("http://evil.example", 403),
        ("https://evilschool.example", 403),
        ("http://testserver.evil.example", 403),
        ("null", 403),
        ("http://[x", 403),
        ("", 403),
    ],
)
def test_login_requires_an_allowed_origin(
    school: School, settings: Any, origin: str | None, status: int
):
    """contract 0.4: where an Origin is sent."""
    settings.CSRF_TRUSTED_ORIGINS = ["https://lms.example.org", "https://*.school.example"]
    client = Client()
    client.credentials(**({} if origin is None else {"HTTP_ORIGIN": origin}))

    assert login(client).status_code == status


@pytest.mark.parametrize(
    ("host", "secure"),
    [
        ("localhost:8080", False),
        ("127.0.0.1:8080", False),
        ("[::1]:8080", False),
        ("learn.example.org", True),
        ("localhost.example.org", True),
    ],
)
def test_cookies_are_secure_except_on_localhost(
    school: School, settings: Any, host: str, secure: bool
):
    """contract 0.4: SameSite=Lax, HttpOnly (session), Secure except on localhost."""
    settings.ALLOWED_HOSTS = ["*"]
    client = Client()
    client.credentials(HTTP_HOST=host)

    login(client)

    session, csrf = client.cookies["sessionid"], client.cookies["csrftoken"]
    assert (session["httponly"], session["samesite"], csrf["samesite"]) == (True, "Lax", "Lax")
    assert (bool(session["secure"]), bool(csrf["secure"])) == (secure, secure)


# Logging in: contract 1.8.


@pytest.mark.parametrize(
    ("who", "kind"),
    [
        ("ada", ["learner"]),
        ("coach", ["coach"]),
        ("facility_coach", ["coach"]),
        ("admin", ["admin"]),
        ("superuser", ["superuser"]),
    ],
)
def test_a_session_describes_its_user(school: School, who: str, kind: list[str]):
    """contract 1.8."""
    user = getattr(school, who)
    client = Client()

    response = login(client, user.username)

    assert response.status_code == 200
    assert response.json() == {
        "id": "current",
        "username": user.username,
        "full_name": user.full_name,
        "user_id": user.pk.hex,
        "facility_id": user.facility_id.hex if user.facility_id else None,
        "kind": kind,
        "is_superuser": user.is_superuser,
    }
    assert client.get(CURRENT).json() == response.json()


def test_logging_out_ends_the_session(school: School):
    """contract 1.8."""
    client = Client()
    login(client)

    assert client.delete(CURRENT).status_code == 204
    assert client.get(CURRENT).json()["kind"] == ["anonymous"]
    assert client.get(LIST).status_code == 401


def test_an_expired_login_session_is_refused(school: School):
    """contract 0.3: an expired session carries no credentials, for the API and the admin alike."""
    client = client_for(school.ada)
    assert client.get(LIST).status_code == 200

    Session.objects.update(expire_date=timezone.now())

    assert client.get(LIST).status_code == 401
    assert client.get(CURRENT).json()["kind"] == ["anonymous"]


def test_two_login_sessions_keep_their_users(school: School):
    ada, coach = client_for(school.ada), client_for(school.coach)

    users = [client.get(CURRENT).json()["user_id"] for client in (ada, coach, ada)]

    assert users == [school.ada.pk.hex, school.coach.pk.hex, school.ada.pk.hex]


def test_usernames_are_unique_regardless_of_case(school: School):
    """contract 1.8: unique, case-insensitively, within their facility."""
    make_user(school.facility, username="Ärzte")

    assert login(Client(), "ADA").status_code == 200
    assert login(Client(), "äRZTE").status_code == 200
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        make_user(school.facility, username="ÄRZTE")


@pytest.mark.parametrize(
    ("username", "password"),
    [("ada", "wrong"), ("nobody", PASSWORD), ("ada", PASSWORD.upper()), ("student_ada", PASSWORD)],
)
def test_all_bad_credentials_get_the_same_response(school: School, username: str, password: str):
    """contract 1.8: the same answer for unknown users."""
    response = login(Client(), username, password)

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"]
    assert response.json() == [
        {
            "id": "NOT_AUTHENTICATED",
            "metadata": {"field": None, "message": "Wrong username or password."},
        }
    ]


def test_a_facility_is_optional_but_must_be_correct(school: School):
    """contract 1.8."""
    assert login(Client(), facility=str(school.facility.pk)).status_code == 200
    assert login(Client(), facility=school.facility.pk.hex).status_code == 200
    assert login(Client(), facility=None).status_code == 200
    assert login(Client(), "root", facility=school.facility.pk.hex).status_code == 200
    wrong: list[Any] = ["", 5, True, []]
    for malformed in wrong:
        assert login(Client(), facility=malformed).status_code == 400
    assert login(Client(), facility=school.elsewhere.pk.hex).status_code == 401
    assert login(Client(), facility="x").status_code == 400


def test_an_inactive_user_cannot_log_in_or_stay_logged_in(school: School):
    client = Client()
    login(client)
    school.ada.is_active = False
    school.ada.save()

    assert client.get(LIST).status_code == 401
    assert login(Client()).status_code == 401


@pytest.mark.parametrize("body", [{}, {"username": "ada"}, {"password": "x"}, [], {"username": 1}])
def test_incomplete_credentials_are_refused(school: School, body: Any):
    """contract 0.12."""
    response = Client().post(LOGIN, body, format="json")

    assert response.status_code == 400


def test_repeated_failures_lock_out_the_username(school: School, settings: Any):
    """contract 1.8: from every address; other usernames are not locked out."""
    settings.AXES_FAILURE_LIMIT = 3
    attacker, other = Client(REMOTE_ADDR="10.0.0.1"), Client(REMOTE_ADDR="10.0.0.2")

    statuses = [login(attacker, name, "wrong").status_code for name in ("ada", "Ada", "ADA")]
    locked = login(attacker)

    assert statuses[:2] == [401, 401]
    assert (locked.status_code, locked.json()[0]["id"]) == (429, "THROTTLED")
    assert int(locked.headers["Retry-After"]) > 0
    assert login(attacker, "ben").status_code == 200
    assert login(other).status_code == 429


def test_a_wrong_facility_counts_as_a_failed_login(school: School, settings: Any):
    """contract 1.8: no one can try passwords with the name of another facility."""
    settings.AXES_FAILURE_LIMIT = 3
    foreign = {"facility": school.elsewhere.pk.hex}

    statuses = [login(Client(), **foreign).status_code for _turn in range(4)]

    assert statuses == [401, 401, 429, 429]


@pytest.mark.parametrize("username", ["ß" * 150, "ﷺ" * 150, "İ" * 150])
def test_a_username_that_becomes_longer_by_folding_is_unknown(school: School, username: str):
    assert login(Client(), username, "wrong").status_code == 401


@pytest.mark.parametrize(
    "forwarded", ["junk", "unix:", "1.2.3.4:5678", "[::1]:80", "::1", "fe80::1%eth0", ",", "a" * 99]
)
def test_a_malformed_forwarded_address_is_ignored(school: School, settings: Any, forwarded: str):
    """contract 0.13."""
    settings.TRUSTED_PROXIES = 1
    client = Client()
    client.credentials(HTTP_X_FORWARDED_FOR=forwarded)

    assert login(client, "ada", "wrong").status_code == 401


def test_a_request_over_a_unix_socket_has_no_address(school: School):
    assert login(Client(REMOTE_ADDR=""), "ada", "wrong").status_code == 401


def test_the_admin_locks_out_too(school: School, settings: Any):
    """contract 1.8: the API and the admin share one count of failures."""
    settings.AXES_FAILURE_LIMIT = 2
    client = PlainClient()
    body = {"username": "coach", "password": "wrong"}

    client.post("/admin/login/", body)
    client.post("/admin/login/", body)

    assert client.post("/admin/login/", {**body, "password": PASSWORD}).status_code == 429
    assert login(Client(), "coach").status_code == 429


def test_a_forwarded_address_is_used_from_trusted_proxies_only(school: School, settings: Any):
    """contract 0.13: TRUSTED_PROXIES decides the client's IP."""
    settings.THROTTLES = {"login_failure": Rate(requests=1, seconds=3600)}

    def fail(forwarded: str, username: str) -> int:
        client = Client(REMOTE_ADDR="10.0.0.9")
        client.credentials(HTTP_X_FORWARDED_FOR=forwarded)
        return int(login(client, username, "wrong").status_code)

    settings.TRUSTED_PROXIES = 1
    assert [fail("1.1.1.1, 2.2.2.2", "ada"), fail("3.3.3.3, 2.2.2.2", "ben")] == [401, 429]
    assert fail("2.2.2.2, 4.4.4.4", "chen") == 401
