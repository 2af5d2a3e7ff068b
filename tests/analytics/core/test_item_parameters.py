"""Difficulties of skills and items, folded answer by answer: learning-science 2."""

from __future__ import annotations

from math import exp, inf, nan, pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core.difficulty import (
    ABSENT,
    ITEM,
    LEARNER,
    LEARNER_SKILL,
    NO_CLAIMS,
    SKILL,
    Claims,
    Gaussian,
    Gaussians,
    absorb,
    item_term,
    repeated,
)
from analytics.core.item_parameters import (
    AbilitiesUsed,
    Estimates,
    FoldedTerms,
    Questions,
    fold,
    replay_terms,
)

SKILLS, ITEMS, LEARNERS = 3, 4, 3
ANSWER = st.tuples(
    st.integers(0, LEARNERS - 1),
    st.integers(-1, SKILLS - 1),
    st.integers(-1, ITEMS - 1),
    st.floats(0.0, 1.0),
    st.none() | st.floats(-3.0, 3.0),
)
ANSWERS = st.lists(ANSWER, max_size=25)
Answer = tuple[int, int, int, float, float | None]


def test_one_answer_by_hand():
    """learning-science 2: a wrong answer makes skill and item harder, in proportion to variance."""
    asked = questions([(0, 0, 0, 0.0, None)])
    used = AbilitiesUsed(repeated(Gaussian(0.2, 0.5), 1), repeated(Gaussian(0.1, 0.4), 1))
    variance = 0.5 + 0.4 + 1.0 + 0.8
    c = 1 / sqrt(1 + pi * variance / 8)
    p = 1 / (1 + exp(-c * 0.9))
    h = p * (1 - p) * c
    s = p * (1 - p)

    skills, items = fold(asked, used, Estimates.of_skills(1), Estimates.of_items(1))

    assert skills.terms.mean[0] == pytest.approx(-0.6 + 1.0 * h * p / s, abs=1e-12)
    assert skills.terms.variance[0] == pytest.approx(1.0 - h * h / s, abs=1e-12)
    assert items.terms.mean[0] == pytest.approx(0.8 * h * p / s, abs=1e-12)
    assert items.terms.variance[0] == pytest.approx(0.8 - 0.64 * h * h / s, abs=1e-12)
    assert skills.answers.tolist() == items.answers.tolist() == [1]


@given(ANSWERS)
def test_a_replay_equals_absorbing_and_folding_answers_one_by_one(answers: list[Answer]):
    """Compared with the formulas of learning-science 2, term by term."""
    expected = one_at_a_time(answers)

    replayed = replay_terms(learners(answers), questions(answers), *nothing())

    np.testing.assert_allclose(replayed.log_odds, expected["log_odds"], atol=1e-12)
    assert_near(replayed.skills.terms, expected["skills"])
    assert_near(replayed.items.terms, expected["items"])
    assert_near(replayed.used.ability, expected["ability"])
    assert_near(replayed.used.skill_ability, expected["skill_ability"])
    assert_near(replayed.skill, expected["skill"])
    assert_near(replayed.item, expected["item"])


@given(ANSWERS)
def test_folding_the_events_later_gives_the_same_result(answers: list[Answer]):
    """Events store the terms they were evaluated with, so the job loses nothing."""
    replayed = replay_terms(learners(answers), questions(answers), *nothing())

    folded = fold(questions(answers), replayed.used, *nothing())

    assert_near(folded.skills.terms, replayed.skills.terms)
    assert_near(folded.items.terms, replayed.items.terms)
    assert folded.items.answers.tolist() == replayed.items.answers.tolist()


@given(answers=ANSWERS, at=st.integers(0, 25))
def test_a_fold_can_be_interrupted_anywhere(answers: list[Answer], at: int):
    used = replay_terms(learners(answers), questions(answers), *nothing()).used

    whole = fold(questions(answers), used, *nothing())
    first_part = fold(questions(answers[:at]), part(used, slice(at)), *nothing())
    second_part = fold(questions(answers[at:]), part(used, slice(at, None)), *first_part)

    for one, other in zip(whole, second_part, strict=True):
        assert one.terms.mean.tolist() == other.terms.mean.tolist()
        assert one.terms.variance.tolist() == other.terms.variance.tolist()
        assert one.answers.tolist() == other.answers.tolist()


@given(
    here=st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), max_size=8),
    there=st.lists(st.tuples(st.integers(2, 3), st.floats(0, 1)), max_size=8),
)
def test_the_order_among_unrelated_skills_does_not_matter(
    here: list[tuple[int, float]], there: list[tuple[int, float]]
):
    ones: list[Answer] = [(0, 0, item, score, None) for item, score in here]
    others: list[Answer] = [(1, 1, item, score, None) for item, score in there]

    one = replay_terms(learners(ones + others), questions(ones + others), *nothing())
    other = replay_terms(learners(others + ones), questions(others + ones), *nothing())

    assert one.items.terms.mean.tolist() == other.items.terms.mean.tolist()
    assert one.skills.terms.variance.tolist() == other.skills.terms.variance.tolist()


@given(ANSWERS)
def test_answers_never_raise_the_variance_of_difficulties(answers: list[Answer]):
    answers = [(*answer[:4], None) for answer in answers if answer[1] >= 0]

    folded = replay_terms(learners(answers), questions(answers), *nothing())

    assert np.all((folded.skills.terms.variance > 0) & (folded.skills.terms.variance <= 1.0))
    assert np.all((folded.items.terms.variance > 0) & (folded.items.terms.variance <= 0.8))


def test_an_item_is_known_after_about_fifty_answers():
    """learning-science 2: sd < .35 after about 50 answers."""
    answers: list[Answer] = [(number, 0, 0, float(number % 2), None) for number in range(80)]
    skills = Estimates(repeated(Gaussian(0.0, 0.01), 1), np.array([5000]))

    sds = [
        sqrt(
            replay_terms(
                learners(some), questions(some), skills, Estimates.of_items(1)
            ).items.terms.variance[0]
        )
        for some in (answers[:30], answers[:70])
    ]

    assert sds[1] < 0.35 < sds[0]


def test_a_sent_difficulty_is_the_start_of_an_unknown_item():
    """learning-science 2: the item's own estimate has priority over a sent difficulty."""
    claimed = questions([(0, 0, 0, 1.0, 2.0), (1, 0, 0, 1.0, -3.0)])

    replayed = replay_terms(
        np.array([0, 1]), claimed, Estimates.of_skills(1), Estimates.of_items(1)
    )

    assert (replayed.item.mean[0], replayed.item.variance[0]) == (0.0, 0.5)
    assert replayed.item.mean[1] < 0.0  # the answer was right


def test_claims_are_counted_by_skill():
    """learning-science 2: the mean claim so far, in one call or in several."""
    claims = [(0, 2.0), (1, 3.0), (0, -1.0), (0, 0.5)]
    answers: list[Answer] = [(0, skill, -1, 1.0, claim) for skill, claim in claims]
    one = replay_terms(learners(answers), questions(answers), *nothing())

    first = replay_terms(learners(answers[:2]), questions(answers[:2]), *nothing())
    both = replay_terms(learners(answers[2:]), questions(answers[2:]), first.skills, first.items)

    assert one.item.mean.tolist() == [0.0, 0.0, -1.5, 0.0]
    assert one.skills.claims == both.skills.claims
    assert one.skills.claims is not None
    assert one.skills.claims[:2] == [(3, 1.5), (1, 3.0)]


def test_unanswered_rows_and_the_arguments_do_not_change():
    skills, items = (
        Estimates.of_skills(2),
        Estimates(repeated(Gaussian(0.7, 0.1), 2), np.array([9, 0])),
    )
    asked = questions([(0, 0, -1, 1.0, None), (0, -1, -1, 0.0, None)])

    replayed = replay_terms(np.array([0, 0]), asked, skills, items)

    assert skills.terms.mean.tolist() == [SKILL.mean, SKILL.mean]
    assert replayed.skills.terms.mean[1] == SKILL.mean
    assert replayed.items.terms.mean.tolist() == [0.7, 0.7]
    assert replayed.skills.answers.tolist() == [1, 0]
    assert replayed.items.answers.tolist() == [9, 0]
    assert replayed.used.skill_ability.variance[1] == 0.0


def test_no_answers_change_nothing():
    used = AbilitiesUsed(repeated(LEARNER, 0), repeated(LEARNER_SKILL, 0))

    skills, items = fold(questions([]), used, *nothing())
    replayed = replay_terms(learners([]), questions([]), *nothing())

    assert skills.terms.mean.tolist() == [SKILL.mean] * SKILLS
    assert items.terms.variance.tolist() == [ITEM.variance] * ITEMS
    assert replayed.log_odds.shape == (0,)


@pytest.mark.parametrize("score", [-0.1, 1.1, nan])
def test_scores_outside_their_range_are_refused(score: float):
    with pytest.raises(ValueError, match="scores"):
        questions([(0, 0, 0, score, None)])


def test_arrays_that_do_not_match_are_refused():
    one = questions([(0, 0, 0, 1.0, None)])
    used = AbilitiesUsed(repeated(LEARNER, 2), repeated(LEARNER_SKILL, 2))

    with pytest.raises(ValueError, match="learner terms per answer"):
        fold(one, used, *nothing())
    with pytest.raises(ValueError, match="one learner per answer"):
        replay_terms(np.array([0, 1]), one, *nothing())
    with pytest.raises(ValueError, match="from 0"):
        replay_terms(np.array([-1]), one, *nothing())
    with pytest.raises(ValueError, match="same length"):
        Questions(skill=np.array([0, 0]), item=np.array([0]), score=np.array([1.0]))
    with pytest.raises(ValueError, match="finite"):
        questions([(0, 0, 0, 1.0, inf)])
    with pytest.raises(ValueError, match="none"):
        questions([(0, -2, 0, 1.0, None)])


@pytest.mark.parametrize("answer", [(0, SKILLS, 0, 1.0, None), (0, 0, ITEMS, 1.0, None)])
def test_an_unknown_row_is_refused(answer: Answer):
    with pytest.raises(ValueError, match="does not exist"):
        replay_terms(np.array([0]), questions([answer]), *nothing())


def one_at_a_time(answers: list[Answer]) -> dict[str, list]:
    skills, items = [SKILL] * SKILLS, [ITEM] * ITEMS
    known: set[int] = set()
    abilities = [LEARNER] * LEARNERS
    skill_abilities = dict[tuple[int, int], Gaussian]()
    claims = dict[int, Claims]()
    columns: dict[str, list] = {
        name: [] for name in ("log_odds", "ability", "skill_ability", "skill", "item")
    }
    for learner, skill_row, item_row, score, claim in answers:
        skill = skills[skill_row] if skill_row >= 0 else ABSENT
        earlier = claims.get(skill_row, NO_CLAIMS) if skill_row >= 0 else NO_CLAIMS
        item = item_term(items[item_row] if item_row in known else None, claim, skill, earlier)
        if claim is not None:
            claims[skill_row] = Claims(earlier.number + 1, earlier.total + claim)
        skill_ability = (
            skill_abilities.get((learner, skill_row), LEARNER_SKILL) if skill_row >= 0 else ABSENT
        )
        moved = absorb(score, abilities[learner], skill_ability, skill, item)
        abilities[learner] = moved.ability
        if skill_row >= 0:
            skill_abilities[learner, skill_row] = moved.skill_ability
            skills[skill_row] = harder(skill, moved.log_odds, score, moved, skill, item)
        if item_row >= 0:
            items[item_row] = harder(item, moved.log_odds, score, moved, skill, item)
            known.add(item_row)
        columns["log_odds"].append(moved.log_odds)
        columns["ability"].append(moved.ability_used)
        columns["skill_ability"].append(moved.skill_ability_used)
        columns["skill"].append(skill)
        columns["item"].append(item)
    return {**columns, "skills": skills, "items": items}


def harder(
    term: Gaussian, log_odds: float, score: float, moved, skill: Gaussian, item: Gaussian
) -> Gaussian:
    v = moved.ability_used.variance + moved.skill_ability_used.variance
    v += skill.variance + item.variance
    p = 1 / (1 + exp(-log_odds))
    h = p * (1 - p) / sqrt(1 + pi * v / 8)
    s = p * (1 - p)
    return Gaussian(
        term.mean - term.variance * h * (score - p) / s,
        term.variance - term.variance**2 * h * h / s,
    )


def questions(answers: list[Answer]) -> Questions:
    return Questions(
        skill=np.array([answer[1] for answer in answers], dtype=np.int64),
        item=np.array([answer[2] for answer in answers], dtype=np.int64),
        score=np.array([answer[3] for answer in answers], dtype=np.float64),
        claimed=np.array([nan if a[4] is None else a[4] for a in answers], dtype=np.float64),
    )


def learners(answers: list[Answer]) -> np.ndarray:
    return np.array([answer[0] for answer in answers], dtype=np.int64)


def nothing() -> FoldedTerms:
    return FoldedTerms(Estimates.of_skills(SKILLS), Estimates.of_items(ITEMS))


def part(used: AbilitiesUsed, rows: slice) -> AbilitiesUsed:
    return AbilitiesUsed(*(Gaussians(terms.mean[rows], terms.variance[rows]) for terms in used))


def assert_near(terms: Gaussians, expected: Gaussians | list[Gaussian]) -> None:
    columns = expected if isinstance(expected, Gaussians) else np.array(expected).reshape(-1, 2).T
    mean, variance = columns
    np.testing.assert_allclose(terms.mean, mean, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(terms.variance, variance, rtol=1e-12, atol=1e-12)
