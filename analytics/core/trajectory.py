"""The trajectory of one learner at one skill: a summary of all answers so far, of fixed size.

It holds the state of `growth_hmm`, `velocity`, `efficiency` and `plateau` between two answers.
`absorb` updates it in a few microseconds; properties and `pace` read it without changing it.
`trajectory_batch` has the same for many. A day is a fractional number of days since 1970-01-01 UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, log
from typing import NamedTuple

from analytics.core import causes, growth_hmm, plateau, stuck, trend_series, velocity
from analytics.core.bkt import MASTERED
from analytics.core.causes import NO_HABITS, UNKNOWN_SIGNS, Advice, Cause, Habits, Signs
from analytics.core.growth_hmm import Belief
from analytics.core.plateau import Confidence, Indicator, Severity
from analytics.core.stuck import NOTHING_RECENT, UNJUDGED, Calibration, Judgement, Recent
from analytics.core.trajectory_codec import FORMAT, VERSION, numbers
from analytics.core.trend_series import EMPTY, Series
from analytics.core.velocity import NO_DAYS, DailyLevels, LevelChange, Trend

MAX_DIFFICULTY = 50.0  # logits in absolute value; beyond it float precision is insufficient


class VelocityTrend(NamedTuple):
    """The velocity of one learner at one skill, as of some day.

    `velocity` is relative to the room left; see `velocity.relative`. `level` is the expected level,
    `weight` the recent practice: the number of answers, discounted with a half-life of seven days.
    `change` is the change of the level within a week.
    """

    velocity: float
    level: float
    weight: float
    change: LevelChange


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
    recent : discounted number of answers, as of the newest one.
    daily_levels : answers and adjusted scores of the last fourteen days.
    efficiencies, scores, difficulties : discounted sums of the values of each answer.
    climb : growth rate that the model was updated with; see `growth_hmm`.
    recent_results, judgement, habits : see `stuck` and `causes`.
    """

    answers: int
    day: float
    mastery: float
    record: float
    since_record: int
    best_level: float
    is_flagged: bool
    belief: Belief[float]
    recent: float
    daily_levels: DailyLevels
    efficiencies: Series[float]
    scores: Series[float]
    difficulties: Series[float]
    climb: float = growth_hmm.P_CLIMB
    recent_results: Recent[float] = NOTHING_RECENT
    judgement: Judgement[float] = UNJUDGED
    habits: Habits[float] = NO_HABITS

    @classmethod
    def initial(cls, climb: float = growth_hmm.P_CLIMB) -> Trajectory:
        """Return the initial trajectory, before the first answer; `climb` as in `growth_hmm`."""
        return cls(
            answers=0,
            day=0.0,
            mastery=0.0,
            record=0.0,
            since_record=0,
            best_level=0.0,
            is_flagged=False,
            belief=growth_hmm.START,
            recent=0.0,
            daily_levels=NO_DAYS,
            efficiencies=EMPTY,
            scores=EMPTY,
            difficulties=EMPTY,
            climb=climb,
        )

    def absorb(
        self,
        score: float,
        *,
        efficiency: float,
        difficulty: float,
        mastery: float,
        day: float,
        signs: Signs[float] = UNKNOWN_SIGNS,
    ) -> None:
        """Update the trajectory by one answer; `judge` has to follow.

        Parameters
        ----------
        score : correctness in [0, 1]; a score in between is soft evidence.
        efficiency : of this answer, in [0, 1]; see `efficiency.efficiency`.
        difficulty : of the question, in logits from -50 to 50, centred; 0 if unknown.
        mastery : after this answer, in [0, 1].
        day : day of the answer; a day before the newest answer counts as that of the newest answer.
        signs : those of causes in the answer.

        Raises
        ------
        ValueError : an argument is outside its range (NaN included); the trajectory is unchanged.
        """
        if not (0 <= score <= 1 and 0 <= efficiency <= 1 and 0 <= mastery <= 1):
            raise ValueError("score, efficiency and mastery must be in [0, 1]")
        if not (-MAX_DIFFICULTY <= difficulty <= MAX_DIFFICULTY and -inf < day < inf):
            raise ValueError("difficulty must be within 50 logits, and day must be finite")
        last = self._advance_to(day)
        ease = exp(-growth_hmm.DIFFICULTY_WEIGHT * difficulty)
        self._note_habits(score, signs, last)
        self._observe(score, ease)
        self._update_record(mastery)
        adjusted = velocity.adjusted_score(score, self.level, ease)
        self.daily_levels = velocity.add_score(self.daily_levels, adjusted, last=last, day=self.day)
        self.efficiencies = trend_series.append(self.efficiencies, efficiency)
        self.scores = trend_series.append(self.scores, score)
        self.difficulties = trend_series.append(self.difficulties, difficulty)

    def _advance_to(self, day: float) -> float:
        """Advance to the day of an answer; return that of the answer before it."""
        last = day
        if self.answers:
            last, day = self.day, max(day, self.day)
            self.recent *= velocity.fade(day - last)
            self.belief = growth_hmm.transition(self.belief, self.climb)
        self.recent += 1.0
        self.answers += 1
        self.day = day
        return last

    def _observe(self, score: float, ease: float) -> None:
        self.belief = growth_hmm.observe(self.belief, score, ease)
        level = self.level
        if self.answers <= plateau.MIN_ANSWERS or level > self.best_level:
            self.best_level = level

    def _note_habits(self, score: float, signs: Signs[float], last: float) -> None:
        """Update habits and recent results; `last` is the day of the answer before."""
        recent, is_later = self.recent_results, self.answers > 1
        was_right = recent.results % 2.0
        self.habits = causes.after_answer(
            self.habits,
            signs,
            score=score,
            accuracy=recent.fast,
            was_right=was_right,
            was_wrong=is_later - was_right,
            is_late=float(self.day - last >= causes.BREAK_DAYS),
            is_return=float(self.day - last >= causes.RETURN_DAYS),
        )
        self.recent_results = stuck.after_answer(recent, score, self.answers)

    def judge(self, next_log_odds: float, accuracy: float, calibration: Calibration) -> None:
        """Update the probability of being stuck and the plateau flag, after an answer.

        Parameters
        ----------
        next_log_odds, accuracy : as in `stuck.Inputs`.
        calibration : the weights of the facility, or the shipped ones.
        """
        slow, fast, _ = self.recent_results
        inputs = stuck.Inputs(
            self.p_stuck, slow, fast, next_log_odds, self.mastery, log(self.answers), accuracy
        )
        threshold, is_local = calibration.threshold, float(calibration.is_local)
        self.judgement = Judgement(stuck.probability(inputs, calibration), threshold, is_local)
        self.is_flagged = self.mastery < MASTERED and plateau.is_flagged(
            self.stuck,
            self.recent_results,
            answers=self.answers,
            threshold=threshold,
            was_raised=self.is_flagged,
        )

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
    def level_variance(self) -> float:
        """The variance of the level."""
        return max(growth_hmm.level_variance(self.belief), 0.0)

    @property
    def velocity(self) -> float:
        """The velocity relative to the room left, as of the newest answer; in [-1, 1]."""
        return self.pace(self.day).velocity

    @property
    def p_stuck(self) -> float:
        """P_stuck of `growth_hmm`: no calibrated probability; see `stuck`."""
        return growth_hmm.p_stuck(self.belief)

    @property
    def stuck(self) -> float:
        """The calibrated probability of being stuck, in [0, 1]."""
        return self.judgement.stuck

    @property
    def p_still(self) -> float:
        """The probability of standing still, below mastery or at a mastered level."""
        return growth_hmm.p_still(self.belief)

    @property
    def efficiency(self) -> float:
        """The discounted mean efficiency, in [0, 1]; 0 before the first answer."""
        return trend_series.mean(self.efficiencies, self.answers) if self.answers else 0.0

    @property
    def is_plateau(self) -> bool:
        """Whether a plateau is flagged; false once the skill is mastered."""
        return self.is_flagged and self.mastery < MASTERED

    @property
    def is_calibrated(self) -> bool:
        """Whether `stuck` was calibrated with answers of the facility."""
        return self.judgement.is_local > 0

    @property
    def confidence(self) -> Confidence | None:
        """The confidence in a plateau, flagged or not; None if below low or mastered."""
        return plateau.confidence(self.stuck, self.mastery)

    @property
    def severity(self) -> Severity | None:
        """The severity of the plateau; None if there is none."""
        fall = self.best_level - self.level
        return plateau.severity(self.stuck, self.mastery, fall, is_flagged=self.is_plateau)

    @property
    def indicators(self) -> list[Indicator]:
        """Further signs of a plateau; empty once the skill is mastered."""
        if self.mastery >= MASTERED:
            return []
        indicators = {
            Indicator.VELOCITY_DECLINING: self.trend(self.day) is Trend.DECLINING,
            Indicator.MASTERY_STAGNANT: plateau.is_stagnant(
                self.stuck, self.mastery, self.since_record
            ),
            Indicator.EFFICIENCY_DROPPING: self._is_falling(self.efficiencies),
        }
        return [indicator for indicator, holds in indicators.items() if holds]

    def cause(
        self, typical_seconds: float | None, *, is_prerequisite_weak: bool = False
    ) -> Cause | None:
        """Return the cause of missing progress of a learner who is likely stuck; None if unknown.

        Parameters
        ----------
        typical_seconds : median time of all learners' answers at the skill; None if unknown.
        is_prerequisite_weak : see `causes.cause`.
        """
        if self.confidence is None and not self.is_plateau:
            return None
        return causes.cause(
            self.habits,
            accuracy=trend_series.mean(self.scores, self.answers),
            typical_seconds=typical_seconds,
            is_declining=self._is_falling(self.scores),
            is_efficiency_dropping=self._is_falling(self.efficiencies),
            is_prerequisite_weak=is_prerequisite_weak,
        )

    def advice(
        self, typical_seconds: float | None, *, is_prerequisite_weak: bool = False
    ) -> Advice:
        """Return the advice to a teacher if this is a plateau; parameters as in `cause`."""
        cause = self.cause(typical_seconds, is_prerequisite_weak=is_prerequisite_weak)
        return causes.advice(cause, self.level)

    def _is_falling(self, numbers: Series[float]) -> bool:
        return trend_series.is_falling(numbers, self.difficulties, self.answers)

    def pace(self, day: float) -> VelocityTrend:
        """Return the velocity and its trend as of a day.

        A day before the newest answer counts as that of the newest answer. Before the first answer
        the weight is 0.
        """
        day = max(day, self.day)
        change = velocity.level_change(self.daily_levels, last=self.day, day=day)
        level = self.level
        return VelocityTrend(
            velocity.relative(
                growth_hmm.velocity(self.belief, self.climb),
                level=level,
                p_mastered=growth_hmm.p_mastered(self.belief),
                change=change,
            ),
            level,
            self.recent * velocity.fade(day - self.day),
            change,
        )

    def trend(self, day: float) -> Trend:
        """Return how the level changed within a week, as of a day; see `pace`."""
        return self.pace(day).change.trend

    def to_bytes(self) -> bytes:
        """Return the trajectory as 76 little-endian float64s, a version number first."""
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
            self.recent,
            *self.daily_levels.answers,
            *self.daily_levels.scores,
            *self.efficiencies,
            *self.scores,
            *self.difficulties,
            self.climb,
            *self.recent_results,
            *self.judgement,
            *self.habits,
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
            recent=rest[12],
            daily_levels=DailyLevels(tuple(rest[13:27]), tuple(rest[27:41])),
            efficiencies=Series(*rest[41:44]),
            scores=Series(*rest[44:47]),
            difficulties=Series(*rest[47:50]),
            climb=rest[50],
            recent_results=Recent(*rest[51:54]),
            judgement=Judgement(*rest[54:57]),
            habits=Habits(*rest[57:]),
        )
