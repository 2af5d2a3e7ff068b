"""The courses of many learners and skills at a time: `trajectory`, a row each, moved in batches.

For rebuilding what is kept from the events alone: at each step the next answer of every course
that still has one, as arrays of shape (active,). Equations are those of `trajectory`; tests hold
the two together to 1e-12.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.core import (
    exponential_average,
    growth_hmm,
    plateau,
    trajectory_codec,
    trend_series,
    velocity,
)
from analytics.core.bkt import MASTERED
from analytics.core.exponential_average import ExponentialAverage
from analytics.core.growth_hmm import Belief, Bins
from analytics.core.logistic import BoolArray, FloatArray, IntArray
from analytics.core.trajectory import MAX_DIFFICULTY, Trajectory
from analytics.core.trajectory_codec import Columns
from analytics.core.trend_series import Series
from analytics.core.velocity import DailyHistories

_BEGUN = trajectory_codec.table([Trajectory.begin().to_bytes()])


class Trajectories:
    """Any number of courses, known by their row: 0, 1, 2 … in the order they were added."""

    __slots__ = ("_claims", "_count", "_store")

    def __init__(self) -> None:
        self._count = 0
        self._store = _BEGUN[:, :0]
        self._claims: IntArray = np.empty(0, np.int64)

    def __len__(self) -> int:
        return self._count

    def begin(self, count: int) -> IntArray:
        """Add so many courses before their first answers; return their rows, shape (count,)."""
        return self._add(np.repeat(_BEGUN, count, axis=1))

    def restore(self, records: Sequence[bytes]) -> IntArray:
        """Add courses that were written down; return their rows, shape (records,).

        Raises
        ------
        UnreadableRecord : one is something else; nothing has been added.
        """
        return self._add(trajectory_codec.table(records))

    def to_bytes(self, rows: IntArray) -> list[bytes]:
        """Return what `Course.to_bytes` returns, of each of these rows."""
        return trajectory_codec.encode(self._table(rows))

    def course(self, row: int) -> Trajectory:
        """Return one course, to be read by its own means; moving it moves nothing here."""
        [written] = self.to_bytes(np.array([row]))
        return Trajectory.from_bytes(written)

    def absorb(
        self,
        rows: IntArray,
        score: FloatArray,
        *,
        efficiency: FloatArray,
        difficulty: FloatArray,
        mastery: FloatArray,
        day: FloatArray,
    ) -> None:
        """Move each of these courses on by one answer; see `Course.absorb`.

        Parameters
        ----------
        rows : shape (active,), none of them twice. Empty: nothing moves.
        score, efficiency, difficulty, mastery, day : of the same shape.

        Raises
        ------
        ValueError : a row comes twice, or a number is out of its range (NaN included).
        IndexError : there is no such row. Either way nothing has moved.
        """
        _check(score, efficiency, difficulty, mastery, day)
        self._claim(rows)
        table = self._table(rows)
        columns = trajectory_codec.columns(table)
        _pass_days(columns, day)
        _observe(columns, score, difficulty)
        _update_record(columns, mastery)
        columns.recent[:] = exponential_average.absorb(
            ExponentialAverage(*columns.recent), growth_hmm.velocity(_belief(columns))
        )
        _extend(columns.efficiencies, efficiency)
        _extend(columns.scores, score)
        _extend(columns.difficulties, difficulty)
        self._store[:, rows] = table

    def answers(self, rows: IntArray) -> FloatArray:
        """Return how many answers there were, of the shape of `rows`; so do the next ones."""
        return self._columns(rows).answers

    def level(self, rows: IntArray) -> FloatArray:
        """Return `Course.level` of each."""
        return growth_hmm.level(_belief(self._columns(rows)))

    def velocity(self, rows: IntArray) -> FloatArray:
        """Return `Course.velocity` of each."""
        return growth_hmm.velocity(_belief(self._columns(rows)))

    def p_stuck(self, rows: IntArray) -> FloatArray:
        """Return `Course.p_stuck` of each."""
        return growth_hmm.p_stuck(_belief(self._columns(rows)))

    def efficiency(self, rows: IntArray) -> FloatArray:
        """Return `Course.efficiency` of each."""
        columns = self._columns(rows)
        return trend_series.mean(Series(*columns.efficiencies), np.maximum(columns.answers, 1.0))

    def is_plateau(self, rows: IntArray) -> BoolArray:
        """Return `Course.is_plateau` of each."""
        columns = self._columns(rows)
        flagged: BoolArray = (columns.is_raised > 0) & (columns.mastery < MASTERED)
        return flagged

    def _table(self, rows: IntArray) -> FloatArray:
        """Return a copy of these rows, of shape (SIZE, rows)."""
        return self._store[:, : self._count].take(rows, axis=1)

    def _columns(self, rows: IntArray) -> Columns:
        return trajectory_codec.columns(self._table(rows))

    def _add(self, table: FloatArray) -> IntArray:
        rows = np.arange(self._count, self._count + table.shape[1])
        self._count += len(rows)
        if self._count > len(self._claims):
            room = max(self._count, 2 * len(self._claims))
            store = np.empty((trajectory_codec.SIZE, room))
            store[:, : rows[0]] = self._store[:, : rows[0]]
            self._store, self._claims = store, np.zeros(room, np.int64)
        self._store[:, rows] = table
        return rows

    def _claim(self, rows: IntArray) -> None:
        """Refuse rows that come twice: only the last of their answers would count."""
        if len(rows) and not 0 <= rows.min() <= rows.max() < self._count:
            raise IndexError("there is no such course")
        claim = np.arange(len(rows))
        self._claims[rows] = claim
        if not np.array_equal(self._claims[rows], claim):
            raise ValueError("in one step a course moves by one answer")


def _check(
    score: FloatArray,
    efficiency: FloatArray,
    difficulty: FloatArray,
    mastery: FloatArray,
    day: FloatArray,
) -> None:
    for share in (score, efficiency, mastery):
        if not np.all((share >= 0) & (share <= 1)):
            raise ValueError("score, efficiency and mastery lie in [0, 1]")
    if not (np.all(np.abs(difficulty) <= MAX_DIFFICULTY) and np.all(np.isfinite(day))):
        raise ValueError("difficulties lie within 50 logits, and a day is a number")


def _pass_days(columns: Columns, day: FloatArray) -> None:
    was_begun = columns.answers > 0
    last = np.where(was_begun, columns.day, day)
    day = np.maximum(day, last)
    _close_days(columns, last, day)
    columns.recent[:] = exponential_average.decayed(
        ExponentialAverage(*columns.recent), velocity.fades(day - last)
    )
    moved = growth_hmm.transition(_belief(columns))
    np.copyto(columns.growing, moved.growing, where=was_begun)
    np.copyto(columns.stuck, moved.stuck, where=was_begun)
    columns.answers[:] += 1
    columns.day[:] = day


def _close_days(columns: Columns, last: FloatArray, day: FloatArray) -> None:
    """End the days before those that begin; a first answer's has none before it."""
    turning = np.flatnonzero(np.floor(day) > np.floor(last))
    trails = velocity.close_days_many(
        DailyHistories(columns.trail_weights[:, turning], columns.trail_means[:, turning]),
        ExponentialAverage(*columns.recent[:, turning]),
        last[turning],
        day[turning],
    )
    columns.trail_weights[:, turning] = trails.weights
    columns.trail_means[:, turning] = trails.means


def _observe(columns: Columns, score: FloatArray, difficulty: FloatArray) -> None:
    ease: FloatArray = np.exp(-growth_hmm.DIFFICULTY_WEIGHT * difficulty)
    belief = growth_hmm.observe(_belief(columns), score, ease)
    columns.growing[:], columns.stuck[:] = belief
    level = growth_hmm.level(belief)
    is_early = columns.answers <= plateau.MIN_ANSWERS
    columns.best_level[:] = np.where(is_early, level, np.maximum(level, columns.best_level))
    columns.is_raised[:] = plateau.are_flagged(
        columns.answers, growth_hmm.p_stuck(belief), were_raised=columns.is_raised > 0
    )


def _update_record(columns: Columns, mastery: FloatArray) -> None:
    is_record = mastery >= columns.record + plateau.RECORD_STEP
    columns.since_record[:] = np.where(is_record, 0.0, columns.since_record + 1.0)
    columns.record[:] = np.where(is_record, mastery, columns.record)
    columns.mastery[:] = mastery


def _extend(sums: FloatArray, value: FloatArray) -> None:
    sums[:] = trend_series.append(Series(*sums), value)


def _belief(columns: Columns) -> Belief[FloatArray]:
    return Belief(_bins(columns.growing), _bins(columns.stuck))


def _bins(rows: FloatArray) -> Bins[FloatArray]:
    a, b, c, d, e, f = rows
    return a, b, c, d, e, f
