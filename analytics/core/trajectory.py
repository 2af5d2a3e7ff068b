"""The course of one learner at one skill: all that is kept of the answers so far, of fixed size.

What `growth_hmm`, `velocity`, `efficiency` and `plateau` need between two answers, moved by
`absorb` in a few microseconds and read without moving it. `trajectory_batch` does the same to many.
A day is a fractional number of days since 1970-01-01 UTC.
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

MAX_DIFFICULTY = 50.0  # logits either way; further out floats no longer tell right from wrong


class VelocityTrend(NamedTuple):
    """How fast a learner gets better at one skill, as it is seen on some day.

    `velocity` is after the last answer; `recent` discounted to the day, `earlier` a week before.
    """

    velocity: float
    recent: ExponentialAverage[float]
    earlier: ExponentialAverage[float]


@dataclass(slots=True)
class Trajectory:
    """What one learner's answers at one skill came to.

    Attributes
    ----------
    answers : how many there were.
    day : of the newest answer; 0 before the first.
    mastery : after it.
    record, since_record : the mastery that last was a new record (by .01), and how many answers
        there were since.
    best_level : the highest expected level since the eighth answer; until then the belief is
        still mostly where everybody starts, and this is the expected level.
    is_raised : whether the flag is up, mastered or not.
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
    def begin(cls) -> Trajectory:
        """Return what there is before the first answer."""
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
        """Move on by one answer.

        Parameters
        ----------
        score : correctness in [0, 1]; in between is soft evidence.
        efficiency : of this answer, in [0, 1]; see `efficiency.efficiency`.
        difficulty : of its question, in logits from -50 to 50, centred; 0 where unknown.
        mastery : after this answer, in [0, 1].
        day : when; one before the newest answer's counts as at the same time.

        Raises
        ------
        ValueError : an argument is out of its range (NaN included); nothing has moved.
        """
        if not (0 <= score <= 1 and 0 <= efficiency <= 1 and 0 <= mastery <= 1):
            raise ValueError("score, efficiency and mastery lie in [0, 1]")
        if not (-MAX_DIFFICULTY <= difficulty <= MAX_DIFFICULTY and -inf < day < inf):
            raise ValueError("difficulties lie within 50 logits, and a day is a number")
        self._pass_days(day)
        self._observe(score, difficulty)
        self._update_record(mastery)
        self.recent = exponential_average.absorb(self.recent, self.velocity)
        self.efficiencies = trend_series.append(self.efficiencies, efficiency)
        self.scores = trend_series.append(self.scores, score)
        self.difficulties = trend_series.append(self.difficulties, difficulty)

    def _pass_days(self, day: float) -> None:
        """Begin on this day, or let the days since the newest answer end."""
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
        """The gain of P(correct) to expect from one more answer."""
        return growth_hmm.velocity(self.belief)

    @property
    def p_stuck(self) -> float:
        """The probability of being stuck below mastery."""
        return growth_hmm.p_stuck(self.belief)

    @property
    def efficiency(self) -> float:
        """The discounted mean efficiency, in [0, 1]; 0 before the first answer."""
        return trend_series.mean(self.efficiencies, self.answers) if self.answers else 0.0

    @property
    def is_plateau(self) -> bool:
        """Whether a plateau is flagged: never once the skill is mastered."""
        return self.is_flagged and self.mastery < MASTERED

    @property
    def confidence(self) -> Confidence | None:
        """How sure a plateau is, whether or not it is flagged."""
        return plateau.confidence(self.p_stuck, self.mastery)

    @property
    def severity(self) -> Severity | None:
        """How bad the plateau is; None where there is none."""
        fall = self.best_level - self.level
        return plateau.severity(self.p_stuck, self.mastery, fall, is_flagged=self.is_plateau)

    @property
    def indicators(self) -> list[Indicator]:
        """What else speaks for a plateau; nothing does once the skill is mastered."""
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
        """What a teacher can do about a flagged plateau; None where none is flagged."""
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
        """Return how fast the learner gets better, as seen on a day not before the newest answer.

        A day before it is taken as the newest answer's. Before the first answer the weights are 0.
        """
        day = max(day, self.day)
        recent = exponential_average.decayed(self.recent, velocity.fade(day - self.day))
        earlier = velocity.before(self.daily_history, self.recent, self.day, day)
        return VelocityTrend(self.velocity, recent, earlier)

    def trend(self, day: float) -> Trend:
        """Say where the velocity went within a week, as seen on a day; see `pace`."""
        _, recent, earlier = self.pace(day)
        return velocity.trend(recent, earlier)

    def to_bytes(self) -> bytes:
        """Return all of this as 45 little-endian float64s, a version number first."""
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
        """Return what `to_bytes` was called on, exactly.

        Raises
        ------
        UnreadableRecord : these bytes are something else.
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
