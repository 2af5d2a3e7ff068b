"""Rate limits: contract 0.11."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.api.rate_limit import Rate

rates = st.builds(
    Rate, requests=st.integers(1, 100_000), seconds=st.sampled_from([1, 60, 3600, 86_400])
)
NOW = 1_800_000_000 * 10**9


@given(rates, st.lists(st.floats(0, 10), max_size=60))
def test_requests_in_any_period_do_not_exceed_rate_plus_burst(rate: Rate, gaps: list[float]):
    """In one period at most the burst and the requests earned in the period are allowed."""
    now, paid, passed = NOW, 0, []
    for gap in gaps:
        now += int(gap * 10**9)
        admitted, paid = rate.allow(paid, now=now)
        if admitted:
            passed.append(now)

    for first in passed:
        within = [moment for moment in passed if first <= moment < first + rate.seconds * 10**9]
        assert len(within) <= 2 * rate.requests


@given(st.integers(1, 2000), st.sampled_from([1, 60, 3600]))
def test_the_burst_is_the_whole_rate(requests: int, seconds: int):
    rate = Rate(requests=requests, seconds=seconds)
    paid = 0
    for _turn in range(requests):
        admitted, paid = rate.allow(paid, now=NOW)
        assert admitted

    admitted, paid = rate.allow(paid, now=NOW)

    assert not admitted
    wait = rate.wait(paid, now=NOW)
    assert 1 <= wait <= seconds / requests + 1
    assert rate.allow(paid, now=NOW + wait * 10**9)[0]


@pytest.mark.parametrize(
    ("text", "rate"),
    [("10/second", Rate(requests=10, seconds=1)), ("600/day", Rate(requests=600, seconds=86_400))],
)
def test_a_rate_is_parsed(text: str, rate: Rate):
    assert Rate.parse(text) == rate


def test_an_empty_rate_is_no_limit():
    assert Rate.parse("") is None


@pytest.mark.parametrize(
    "text", ["10", "0/minute", "-1/minute", "10/week", "ten/minute", "1.5/day"]
)
def test_a_malformed_rate_is_refused(text: str):
    with pytest.raises(ValueError, match="not a rate"):
        Rate.parse(text)


@given(rates, st.integers(1, 10_000), st.integers(0, 3))
def test_further_requests_delay_the_next_by_at_most_a_period(
    rate: Rate, requests: int, before: int
):
    """Their caller pays for them, but is not shut out for longer."""
    paid = NOW
    for _request in range(before):
        paid = rate.charge(paid, requests, now=NOW)

    paid = rate.charge(paid, requests, now=NOW)

    admitted, _ = rate.allow(paid, now=NOW)
    assert admitted == ((before + 1) * requests < rate.requests)
    if not admitted:
        wait = rate.wait(paid, now=NOW)
        assert wait <= rate.seconds + rate.seconds / rate.requests + 1
        assert rate.allow(paid, now=NOW + wait * 10**9)[0]
