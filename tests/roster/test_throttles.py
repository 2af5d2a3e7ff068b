"""How often each caller may ask: contract 0.11."""

from __future__ import annotations

import pytest
import time_machine
from pytest_django import Settings

from roster.rates import Rate
from tests.conftest import Caller, Client, client_for
from tests.factories import School, video

START = "/api/logger/contentsession"
LIST = "/api/logger/attemptlog"


@pytest.fixture
def _two_a_minute(settings: Settings) -> None:
    settings.THROTTLES = dict.fromkeys(("key", "user", "guest"), Rate(requests=2, seconds=60))


@pytest.mark.usefixtures("_two_a_minute")
def test_whoever_asks_too_often_is_told_when_to_come_again(school: School):
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


@pytest.mark.usefixtures("_two_a_minute")
def test_callers_have_their_limits_to_themselves(school: School):
    """contract 0.11: per key, user and guest's address."""
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False):
        for caller in (school.key(), school.key(), school.ada, school.ben):
            for _turn in range(2):
                assert client_for(caller).get(LIST).status_code == 200


@pytest.mark.usefixtures("_two_a_minute")
def test_guests_are_told_apart_by_their_address(guest: Client, settings: Settings):
    """contract 0.11, 0.13: the address TRUSTED_PROXIES decides on."""
    settings.TRUSTED_PROXIES = 1

    def ask(address: str, forged: str = "") -> int:
        hops = f"{forged}, {address}" if forged else address
        return guest.get("/api/auth/session/current", HTTP_X_FORWARDED_FOR=hops).status_code

    with time_machine.travel("2026-03-02T09:00:00Z", tick=False):
        assert [ask("203.0.113.1"), ask("203.0.113.1"), ask("203.0.113.2")] == [200] * 3
        assert ask("203.0.113.1", forged="198.51.100.9") == 429


@pytest.mark.usefixtures("_two_a_minute")
def test_a_refused_request_changes_nothing(app: Client):
    from logger.models import ContentSession

    with time_machine.travel("2026-03-02T09:00:00Z", tick=False):
        for _turn in range(5):
            app.post(START, video(user_id="student_ada"), format="json")

    assert ContentSession.objects.count() == 2


def test_no_rate_is_no_limit(app: Client, settings: Settings):
    settings.THROTTLES = dict.fromkeys(("key", "user", "guest"))

    assert {app.get(LIST).status_code for _turn in range(20)} == {200}


def test_a_cache_that_is_away_lets_everybody_pass(app: Client, settings: Settings):
    """contract 0.11: what counts requests is not worth an answer."""
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",  # nobody listens there
        }
    }

    assert app.get(LIST).status_code == 200


@pytest.mark.usefixtures("_two_a_minute")
def test_an_ipv6_network_is_one_guest(guest: Client, settings: Settings):
    """contract 0.11: whoever has one address of it has them all."""
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
