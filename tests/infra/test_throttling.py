"""Rate limits of callers: contract 0.11."""

from __future__ import annotations

from typing import Any, cast

import pytest
import time_machine
from django.core.cache import caches
from django.test import Client as Browser
from django.utils import timezone
from pytest_django import Settings

from infra.api import throttle_counter
from infra.api.rate_limit import Rate
from roster import keys, services
from roster.models import Scope
from tests.conftest import Caller, Client, client_for
from tests.factories import PASSWORD, School, answered, exercise, key_row, video

START = "/api/logger/contentsession"
LIST = "/api/logger/attemptlog"
LOGIN = "/api/auth/session"
KINDS = ("key", "user", "guest", "login")


@pytest.fixture
def _two_a_minute(settings: Settings) -> None:
    settings.THROTTLES = dict.fromkeys(KINDS, Rate(requests=2, seconds=60))


@pytest.mark.usefixtures("_two_a_minute")
def test_a_caller_over_the_limit_gets_retry_after(school: School):
    """contract 0.11, 0.12: 429 with Retry-After, for keys, people and guests."""
    school.elsewhere.delete()
    callers: list[Caller] = [school.key(), school.ada, None]
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False) as clock:
        for caller in callers:
            client = client_for(caller)
            for _turn in range(2):
                client.start(video())

            refused = client.post(START, video(), format="json")

            assert (refused.status_code, refused.json()[0]["id"]) == (429, "THROTTLED")
            assert refused.headers["Retry-After"] == "30"
        clock.shift(30)
        for caller in callers:
            client_for(caller).start(video())


def test_responses_say_what_is_left(school: School, settings: Settings):
    """contract 0.11: RateLimit-Policy and RateLimit, for success and 429, requests and bytes."""
    minute = Rate(requests=3, seconds=60)
    settings.THROTTLES = {
        **dict.fromkeys(KINDS, minute), "user_bytes": Rate(requests=100, seconds=3600)
    }  # fmt: skip
    school.elsewhere.delete()

    def limits(response: Any) -> tuple[int, str | None, str | None]:
        headers = response.headers
        return response.status_code, headers.get("RateLimit-Policy"), headers.get("RateLimit")

    with time_machine.travel("2026-03-02T09:00:00Z", tick=False) as clock:
        for caller, kind in ((school.key(), "key"), (school.ada, "user"), (None, "guest")):
            client, policy = client_for(caller), f'"{kind}";q=3;w=60'
            path = "/api/auth/session/current"
            assert limits(client.get(path)) == (200, policy, f'"{kind}";r=2;t=20')
            clock.shift(5)
            assert limits(client.get(path)) == (200, policy, f'"{kind}";r=1;t=35')
            clock.shift(15)
            client.get(path)
            assert limits(client.get(path)) == (200, policy, f'"{kind}";r=0;t=20')
            refused = client.get(path)
            assert limits(refused) == (429, policy, f'"{kind}";r=0;t=20')
            assert refused["Retry-After"] == "20"

        # Requests without valid credentials count as those of a guest, logins by their address.
        unknown = client_for("lt_unknown").get(LIST)
        assert limits(unknown) == (429, '"guest";q=3;w=60', '"guest";r=0;t=20')
        wrong = Browser().post(LOGIN, {"username": "ada", "password": "?"}, "application/json")
        assert limits(wrong) == (401, '"login";q=3;w=60', '"login";r=2;t=20')

        ben = client_for(school.ben)
        ben.start(video())
        full = '"user_bytes";q=100;w=3600;qu="content-bytes"'
        assert limits(ben.post(START, video(), format="json")) == (
            429, full, '"user_bytes";r=0;t=36'
        )  # fmt: skip
    assert limits(Browser().get("/healthz"))[1:] == (None, None)


@pytest.mark.parametrize("seconds", [60, 3_600, 86_400])
def test_a_clock_that_is_set_back_stops_no_caller(school: School, settings: Settings, seconds: int):
    """contract 0.11: it is as if no time had passed."""
    settings.THROTTLES = dict.fromkeys(KINDS, Rate(requests=2, seconds=seconds))
    school.elsewhere.delete()
    callers: list[Caller] = [school.key(), school.ada, None]
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False) as clock:

        def status(caller: Caller) -> int:
            return client_for(caller).post(START, video(), format="json").status_code

        before = [status(caller) for caller in callers]
        clock.shift(-7200)
        after = [[status(caller) for caller in callers] for _turn in range(2)]
        clock.shift(seconds / 2)
        later = [status(caller) for caller in callers]

    assert before == [200] * 3
    assert after == [[200] * 3, [429] * 3]
    assert later == [200] * 3


def test_many_interactions_count_as_further_requests(school: School, settings: Settings):
    """contract 0.11: ten as one request, so that nobody holds the database for others."""
    settings.THROTTLES = {"user": Rate(requests=10, seconds=60)}
    few, many = client_for(school.ada), client_for(school.ben)
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False):
        for client, count in ((few, 9), (many, 100)):
            session = client.start(exercise())["session_id"]
            client.move(session, interactions=[answered(f"q{n}") for n in range(count)])

        assert few.get(LIST).status_code == 200
        assert many.get(LIST).status_code == 429


@pytest.mark.usefixtures("_two_a_minute")
def test_each_caller_has_its_own_limit(school: School):
    """contract 0.11: per key, per user, and per address of guests."""
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False):
        for caller in (school.key(), school.key(), school.ada, school.ben):
            for _turn in range(2):
                assert client_for(caller).get(LIST).status_code == 200


@pytest.mark.usefixtures("_two_a_minute")
def test_guests_are_distinguished_by_address(guest: Client, settings: Settings):
    """contract 0.11, 0.13: the address determined by TRUSTED_PROXIES."""
    settings.TRUSTED_PROXIES = 1

    def get_session(address: str, forged: str = "") -> int:
        hops = f"{forged}, {address}" if forged else address
        return guest.get("/api/auth/session/current", HTTP_X_FORWARDED_FOR=hops).status_code

    with time_machine.travel("2026-03-02T09:00:00Z", tick=False):
        assert [
            get_session("203.0.113.1"),
            get_session("203.0.113.1"),
            get_session("203.0.113.2"),
        ] == [200] * 3
        assert get_session("203.0.113.1", forged="198.51.100.9") == 429


@pytest.mark.usefixtures("_two_a_minute")
def test_a_refused_request_changes_nothing(app: Client):
    from logger.models import ContentSession

    with time_machine.travel("2026-03-02T09:00:00Z", tick=False):
        for _turn in range(5):
            app.post(START, video(user_id="student_ada"), format="json")

    assert ContentSession.objects.count() == 2


def test_requests_are_unlimited_without_a_rate(app: Client, settings: Settings):
    settings.THROTTLES = dict.fromkeys(KINDS)

    assert {app.get(LIST).status_code for _turn in range(20)} == {200}


def test_requests_are_allowed_if_the_cache_is_unavailable(app: Client, settings: Settings):
    """contract 0.11: an unavailable counter does not refuse requests."""
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",  # no server listens there
        }
    }

    assert app.get(LIST).status_code == 200


@pytest.mark.usefixtures("_two_a_minute")
def test_an_ipv6_network_counts_as_one_guest(guest: Client, settings: Settings):
    """contract 0.11: a caller with one address of the network has all of them."""
    settings.TRUSTED_PROXIES = 1
    asked = [
        guest.get("/api/auth/session/current", HTTP_X_FORWARDED_FOR=address).status_code
        for address in (
            "2001:db8:1:1::1",
            "2001:db8:1:1::2",
            "2001:db8:1:1:f::",
            "2001:db8:1:2::1",
        )
    ]

    assert asked == [200, 200, 429, 200]


# Refused requests, and logins, which cost the hashing of a password.


def ask_list(**headers: str) -> tuple[int, str | None]:
    response = Client().get(LIST, headers=headers)
    return response.status_code, response.headers.get("Retry-After")


@pytest.mark.usefixtures("_two_a_minute")
@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "x"}, {"Authorization": "Bearer lu_x"}])
def test_repeated_refused_requests_are_throttled(school: School, headers: dict[str, str]):
    """contract 0.11: missing and wrong credentials count as a guest's."""
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False):
        responses = [ask_list(**headers) for _turn in range(3)]

    assert responses == [(401, None), (401, None), (429, "30")]


@pytest.mark.usefixtures("_two_a_minute")
@pytest.mark.parametrize("brand", [keys.KEY_BRAND, keys.TOKEN_BRAND])
def test_a_flood_of_wrong_secrets_makes_no_queries(school: School, statements: Any, brand: str):
    """contract 0.11: once the address has used up its rate."""
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False):
        for _turn in range(2):
            assert ask_list(**{"X-API-Key": keys.mint(brand).secret})[0] == 401

        with statements() as asked:
            response = ask_list(**{"X-API-Key": keys.mint(brand).secret})

    assert response == (429, "30")
    assert len(asked) == 0


@pytest.mark.usefixtures("_two_a_minute")
def test_a_flood_from_the_same_address_does_not_refuse_active_keys(school: School):
    """contract 0.11: a whole school may share an address."""
    good, unused = school.key(), school.key()
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False):
        assert ask_list(**{"X-API-Key": good})[0] == 200

        flood = [ask_list(**{"X-API-Key": "wrong"})[0] for _turn in range(5)]

        assert flood == [401, 401, 429, 429, 429]
        assert ask_list(**{"X-API-Key": good})[0] == 200
        assert ask_list(**{"X-API-Key": unused})[0] == 429


@pytest.mark.usefixtures("_two_a_minute")
def test_a_revoked_key_is_counted_like_a_wrong_one(school: School):
    """contract 0.3, 0.11: an earlier valid use does not bypass the limit."""
    secret = school.key()
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False):
        assert ask_list(**{"X-API-Key": secret})[0] == 200
        services.revoke_key(key_row(secret).prefix, at=timezone.now())

        assert [ask_list(**{"X-API-Key": secret})[0] for _turn in range(3)] == [401, 401, 429]


@pytest.mark.usefixtures("_two_a_minute")
def test_a_key_without_the_scope_uses_up_its_own_rate(school: School):
    """contract 0.3, 0.11: 403 is counted too, and not against the address."""
    key = school.key(Scope.WRITE)
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False):
        assert [ask_list(**{"X-API-Key": key})[0] for _turn in range(3)] == [403, 403, 429]

        assert ask_list()[0] == 401


@pytest.mark.usefixtures("_two_a_minute")
def test_logins_have_their_own_rate_per_address(school: School):
    """contract 0.11, 1.8: of the API and the admin together."""
    body = {"username": "coach", "password": PASSWORD}

    def log_in(address: str = "10.0.0.1") -> Any:
        return Client(REMOTE_ADDR=address).post(LOGIN, body, format="json")

    def into_admin() -> Any:
        return Browser(REMOTE_ADDR="10.0.0.1").post("/admin/login/?next=/admin/", body)

    with time_machine.travel("2026-03-02T09:00:00Z", tick=False):
        assert (log_in().status_code, into_admin().status_code) == (200, 302)

        by_api, by_page = log_in(), into_admin()

        assert (by_api.status_code, by_api.json()[0]["id"]) == (429, "THROTTLED")
        assert by_page.status_code == 429
        assert b"<h1>Too many requests</h1>" in by_page.content
        assert by_api.headers["Retry-After"] == by_page.headers["Retry-After"] == "30"
        assert log_in("10.0.0.2").status_code == 200
        assert Browser(REMOTE_ADDR="10.0.0.1").get("/admin/login/").status_code == 200
        assert Client(REMOTE_ADDR="10.0.0.1").get("/api/auth/session/current").status_code == 200


@pytest.mark.usefixtures("_two_a_minute")
def test_a_failed_login_is_counted_once(school: School):
    """contract 0.11: by the rate of logins alone."""
    body = {"username": "ada", "password": "wrong"}
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False):
        logins = [client_for(None).post(LOGIN, body, format="json") for _turn in range(3)]

        assert [login.status_code for login in logins] == [401, 401, 429]
        assert ask_list()[0] == 401


def test_counters_of_callers_who_may_send_again_take_no_memory():
    """contract 0.11: a service with many different callers does not grow."""
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False) as clock:
        for number in range(3_000):
            throttle_counter.consume("guest", f"10.0.{number // 256}.{number % 256}")
            clock.shift(1)

    assert len(cast("Any", caches["default"])._cache) < 2_000
