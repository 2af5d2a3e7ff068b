"""The trajectory of one learner at one skill: a summary of all answers so far, of fixed size.

It holds the state of `growth_hmm`, `velocity`, `efficiency` and `plateau` between two answers.
`absorb` updates it in a few microseconds; properties and `pace` read it without changing it.
`trajectory_batch` has the same for many. A day is a fractional number of days since 1970-01-01 UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf
from typing import NamedTuple

from analytics.core import exponential_average, growth_hmm, plateau, trend_series, velocity
from analytics.core.bkt import MASTERED
from analytics.core.exponential_average import NO_AVERAGE, ExponentialAverage
from analytics.core.growth_hmm import Belief
from analytics.core.plateau import Advice, Confidence, Indicator, Severity
from analytics.core.trajectory_codec import FORMAT, VERSION, numbers
from analytics.core.trend_series import EMPTY, Series
from analytics.core.velocity import NO_HISTORY, DailyHistory, Trend

MAX_DIFFICULTY = 50.0  # logits in absolute value; beyond it float precision is insufficient


class VelocityTrend(NamedTuple):
    """The velocity of one learner at one skill, as of some day.

    `velocity` is that after the last answer; `recent` is the discounted velocity as of the day,
    `earlier` that of a week before.
    """

    velocity: float
    recent: ExponentialAverage[float]
    earlier: ExponentialAverage[float]


@dataclass(slots=True)
class Trajectory:
    """Summary of one learner's answers at one skill.

    Attributes
    ----------
    answers : number of answers.
    day : day of the newest answer; 0 before the first.
    mastery : mastery after the newest answer.
    record, since_record : the last record of mastery (at least .01 above the one before), and the
        number of answers since.
    best_level : maximum of the expected level since the eighth answer. Until then it is the current
        expected level, since the distribution still depends mostly on the initial one.
    is_flagged : the plateau flag, whether the skill is mastered or not.
    belief : distribution over the hidden states of `growth_hmm`.
    recent : discounted velocity after the newest answer.
    daily_history : discounted velocity at the end of the last seven days.
    efficiencies, scores, difficulties : discounted sums of the values of each answer.
    """

    answers: int
    day: float
    mastery: float
    record: float
    since_record: int
    best_level: float
    is_flagged: bool
    belief: Belief[float]
    recent: ExponentialAverage[float]
    daily_history: DailyHistory
    efficiencies: Series[float]
    scores: Series[float]
    difficulties: Series[float]

    @classmethod
    def initial(cls) -> Trajectory:
        """Return the initial trajectory, before the first answer."""
        return cls(
            answers=0,
            day=0.0,
            mastery=0.0,
            record=0.0,
            since_record=0,
            best_level=0.0,
            is_flagged=False,
            belief=growth_hmm.START,
            recent=NO_AVERAGE,
            daily_history=NO_HISTORY,
            efficiencies=EMPTY,
            scores=EMPTY,
            difficulties=EMPTY,
        )

    def absorb(
        self, score: float, *, efficiency: float, difficulty: float, mastery: float, day: float
    ) -> None:
        """Update the trajectory by one answer.

        Parameters
        ----------
        score : correctness in [0, 1]; a score in between is soft evidence.
        efficiency : of this answer, in [0, 1]; see `efficiency.efficiency`.
        difficulty : of the question, in logits from -50 to 50, centred; 0 if unknown.
        mastery : after this answer, in [0, 1].
        day : day of the answer; a day before the newest answer counts as that of the newest answer.

        Raises
        ------
        ValueError : an argument is outside its range (NaN included); the trajectory is unchanged.
        """
        if not (0 <= score <= 1 and 0 <= efficiency <= 1 and 0 <= mastery <= 1):
            raise ValueError("score, efficiency and mastery must be in [0, 1]")
        if not (-MAX_DIFFICULTY <= difficulty <= MAX_DIFFICULTY and -inf < day < inf):
            raise ValueError("difficulty must be within 50 logits, and day must be finite")
        self._advance_to(day)
        self._observe(score, difficulty)
        self._update_record(mastery)
        self.recent = exponential_average.absorb(self.recent, self.velocity)
        self.efficiencies = trend_series.append(self.efficiencies, efficiency)
        self.scores = trend_series.append(self.scores, score)
        self.difficulties = trend_series.append(self.difficulties, difficulty)

    def _advance_to(self, day: float) -> None:
        """Advance to the day of an answer, closing the days since the newest one."""
        if self.answers:
            day = max(day, self.day)
            self.daily_history = velocity.close_days(self.daily_history, self.recent, self.day, day)
            self.recent = exponential_average.decayed(self.recent, velocity.fade(day - self.day))
            self.belief = growth_hmm.transition(self.belief)
        self.answers += 1
        self.day = day

    def _observe(self, score: float, difficulty: float) -> None:
        ease = exp(-growth_hmm.DIFFICULTY_WEIGHT * difficulty)
        self.belief = growth_hmm.observe(self.belief, score, ease)
        level = self.level
        if self.answers <= plateau.MIN_ANSWERS or level > self.best_level:
            self.best_level = level
        self.is_flagged = plateau.is_flagged(self.answers, self.p_stuck, was_raised=self.is_flagged)

    def _update_record(self, mastery: float) -> None:
        self.mastery = mastery
        if mastery >= self.record + plateau.RECORD_STEP:
            self.record, self.since_record = mastery, 0
        else:
            self.since_record += 1

    @property
    def level(self) -> float:
        """The expected level: P(correct) at average difficulty."""
        return growth_hmm.level(self.belief)

    @property
    def velocity(self) -> float:
        """The expected gain of P(correct) from one more answer."""
        return growth_hmm.velocity(self.belief)

    @property
    def p_stuck(self) -> float:
        """P_stuck, the probability of being stuck below mastery."""
        return growth_hmm.p_stuck(self.belief)

    @property
    def efficiency(self) -> float:
        """The discounted mean efficiency, in [0, 1]; 0 before the first answer."""
        return trend_series.mean(self.efficiencies, self.answers) if self.answers else 0.0

    @property
    def is_plateau(self) -> bool:
        """Whether a plateau is flagged; false once the skill is mastered."""
        return self.is_flagged and self.mastery < MASTERED

    @property
    def confidence(self) -> Confidence | None:
        """The confidence in a plateau, flagged or not; None if below low or mastered."""
        return plateau.confidence(self.p_stuck, self.mastery)

    @property
    def severity(self) -> Severity | None:
        """The severity of the plateau; None if there is none."""
        fall = self.best_level - self.level
        return plateau.severity(self.p_stuck, self.mastery, fall, is_flagged=self.is_plateau)

    @property
    def indicators(self) -> list[Indicator]:
        """Further signs of a plateau; empty once the skill is mastered."""
        if self.mastery >= MASTERED:
            return []
        indicators = {
            Indicator.VELOCITY_DECLINING: self.trend(self.day) is Trend.DECLINING,
            Indicator.MASTERY_STAGNANT: plateau.is_stagnant(
                self.p_stuck, self.mastery, self.since_record
            ),
            Indicator.EFFICIENCY_DROPPING: self._is_falling(self.efficiencies),
        }
        return [indicator for indicator, holds in indicators.items() if holds]

    @property
    def recommendation(self) -> Advice | None:
        """The recommendation to a teacher; None unless a plateau is flagged."""
        if not self.is_plateau:
            return None
        return plateau.advice(
            self.level,
            is_declining=self._is_falling(self.scores),
            is_efficiency_dropping=self._is_falling(self.efficiencies),
        )

    def _is_falling(self, numbers: Series[float]) -> bool:
        return trend_series.is_falling(numbers, self.difficulties, self.answers)

    def pace(self, day: float) -> VelocityTrend:
        """Return the velocity and its trend as of a day.

        A day before the newest answer counts as that of the newest answer. Before the first answer
        all weights are 0.
        """
        day = max(day, self.day)
        recent = exponential_average.decayed(self.recent, velocity.fade(day - self.day))
        earlier = velocity.before(self.daily_history, self.recent, self.day, day)
        return VelocityTrend(self.velocity, recent, earlier)

    def trend(self, day: float) -> Trend:
        """Return how the velocity changed within a week, as of a day; see `pace`."""
        _, recent, earlier = self.pace(day)
        return velocity.trend(recent, earlier)

    def to_bytes(self) -> bytes:
        """Return the trajectory as 45 little-endian float64s, a version number first."""
        return FORMAT.pack(
            VERSION,
            self.answers,
            self.day,
            self.mastery,
            self.record,
            self.since_record,
            self.best_level,
            self.is_flagged,
            *self.belief.growing,
            *self.belief.stuck,
            *self.recent,
            *self.daily_history.weights,
            *self.daily_history.means,
            *self.efficiencies,
            *self.scores,
            *self.difficulties,
        )

    @classmethod
    def from_bytes(cls, record: bytes) -> Trajectory:
        """Return the trajectory that `to_bytes` encoded, exactly.

        Raises
        ------
        UnreadableRecord : the bytes are not a valid trajectory.
        """
        _, answers, day, mastery, best, since, level, is_flagged, *rest = numbers(record)
        return cls(
            answers=int(answers),
            day=day,
            mastery=mastery,
            record=best,
            since_record=int(since),
            best_level=level,
            is_flagged=bool(is_flagged),
            belief=Belief(growth_hmm.bins(rest[:6]), growth_hmm.bins(rest[6:12])),
            recent=ExponentialAverage(*rest[12:14]),
            daily_history=DailyHistory(tuple(rest[14:21]), tuple(rest[21:28])),
            efficiencies=Series(*rest[28:31]),
            scores=Series(*rest[31:34]),
            difficulties=Series(*rest[34:]),
        )
