"""Recent results of a learner, as inputs of the trees: learning-science 2."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core import recent_results
from analytics.core.recent_results import (
    INITIAL,
    INITIAL_AT_SKILL,
    INPUTS,
    RISING,
    after,
    after_at_skill,
    from_bytes,
    from_bytes_at_skill,
    inputs,
    to_bytes,
    to_bytes_at_skill,
)

Numbers = tuple[float, ...]
State = tuple[Numbers, dict[int, Numbers]]
# Skill, score, and days since the previous answer.
ANSWERS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from([0.0, 1.0]) | st.floats(0, 1),
        st.just(0.0) | st.floats(0, 40),
    ),
    max_size=25,
)


def followed(answers: list[tuple[int, float, float]]) -> tuple[State, list[list[float]], float]:
    """Return the numbers after the answers, the inputs before each, and the day of the last."""
    state: Numbers = INITIAL
    skills, day, before = dict[int, Numbers](), 20_000.0, []
    for skill, score, gap in answers:
        day += gap
        at_skill = skills.get(skill, INITIAL_AT_SKILL)
        before.append(inputs(state, at_skill, day))
        skills[skill] = tuple(after_at_skill(at_skill, score, day, number=state[0]))
        state = tuple(after(state, score, day, is_new=float(at_skill[0] == 0.0)))
    return (state, skills), before, day


def named(values: list[float]) -> dict[str, float]:
    return dict(zip(INPUTS, values, strict=True))


def test_the_inputs_of_three_answers_by_hand():
    """Right at skill 0, wrong at skill 1 a day later, right at skill 0 a week after the first."""
    (state, skills), before, day = followed([(0, 1.0, 0.0), (1, 0.0, 1.0), (0, 1.0, 6.0)])

    third = named(before[2])
    assert (third["answers"], third["skills"], third["last"], third["before_last"]) == (2, 2, 0, 1)
    assert (third["attempts"], third["last_at_skill"], third["streak"]) == (1, 1, 1)
    assert (third["answers_since"], third["days_since"], third["days_since_skill"]) == (2, 6, 7)
    assert third["answers 7.0"] == pytest.approx(0.5)
    assert third["share 7.0"] == pytest.approx(1.5 / 2.5)
    assert third["accuracy"] == pytest.approx((0.5 + 0.05) * 0.9)

    unmet = named(inputs(state, INITIAL_AT_SKILL, day))
    assert (unmet["answers_since"], unmet["days_since_skill"]) == (-1, -1)
    assert unmet["last_at_skill"] == 0.5
    assert named(inputs(state, skills[1], day))["streak"] == -1


@given(answers=ANSWERS, others=ANSWERS)
def test_a_batch_equals_one_answer_after_another(
    answers: list[tuple[int, float, float]], others: list[tuple[int, float, float]]
):
    learners = [answers, others]
    (one, _, _), (other, _, _) = map(followed, learners)
    rows = [
        (number, 3 * number + skill, score, 20_000.0 + sum(gap for *_, gap in given[: place + 1]))
        for number, given in enumerate(learners)
        for place, (skill, score, _) in enumerate(given)
    ]
    columns = np.array(rows, dtype=np.float64).reshape(-1, 4).T
    learner, belief = columns[:2].astype(np.int64)

    replayed = recent_results.replay(learner, belief, columns[2], columns[3])

    before = inputs([*replayed.before], [*replayed.at_skill_before], columns[3])
    expected = [row for given in learners for row in followed(given)[1]]
    np.testing.assert_allclose(
        np.array(before).T, np.array(expected).reshape(-1, len(INPUTS)), atol=1e-9
    )
    for number, (state, skills) in enumerate((one, other)):
        if learners[number]:
            np.testing.assert_allclose(replayed.state[:, number], state, atol=1e-9)
        for skill, at_skill in skills.items():
            row = replayed.at_skill[:, 3 * number + skill]
            np.testing.assert_allclose(row, at_skill, atol=1e-9)


@given(answers=ANSWERS, skill=st.integers(0, 2), following=st.integers(0, 2), gap=st.floats(0, 40))
def test_a_right_answer_lowers_no_rising_input_and_changes_no_other(
    answers: list[tuple[int, float, float]], skill: int, following: int, gap: float
):
    results = []
    for score in (0.0, 1.0):
        (state, skills), _, day = followed([*answers, (skill, score, 1.0)])
        results.append(named(inputs(state, skills.get(following, INITIAL_AT_SKILL), day + gap)))

    wrong, right = results
    for name in INPUTS:
        assert right[name] >= wrong[name] if name in RISING else right[name] == wrong[name]


@given(answers=ANSWERS)
def test_numbers_survive_as_bytes(answers: list[tuple[int, float, float]]):
    (state, skills), _, _ = followed(answers)

    assert from_bytes(to_bytes(state)) == state
    assert all(from_bytes_at_skill(to_bytes_at_skill(each)) == each for each in skills.values())
    assert (from_bytes(None), from_bytes_at_skill(None)) == (INITIAL, INITIAL_AT_SKILL)
