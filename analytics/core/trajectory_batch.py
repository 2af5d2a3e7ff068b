"""The trajectories of many learners and skills: `trajectory` with one row each, updated in batches.

Used to rebuild stored states from the events: each step processes the next answer of every
trajectory that has one left, as arrays of shape (active,). The equations are those of
`trajectory`; tests hold the two equal to 1e-12.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.core import (
    causes,
    growth_hmm,
    plateau,
    stuck,
    trajectory_codec,
    trend_series,
    velocity,
)
from analytics.core.bkt import MASTERED
from analytics.core.causes import UNKNOWN_SIGNS, Habits, Signs
from analytics.core.growth_hmm import Belief, Bins
from analytics.core.logistic import BoolArray, FloatArray, IntArray
from analytics.core.stuck import Recent
from analytics.core.trajectory import MAX_DIFFICULTY, Trajectory
from analytics.core.trajectory_codec import Columns
from analytics.core.trend_series import Series

_START = trajectory_codec.table([Trajectory.initial().to_bytes()])


class Trajectories:
    """A growing set of trajectories, numbered by row from 0 in order of addition."""

    __slots__ = ("_claims", "_count", "_store")

    def __init__(self) -> None:
        self._count = 0
        self._store = _START[:, :0]
        self._claims: IntArray = np.empty(0, np.int64)

    def __len__(self) -> int:
        return self._count

    def start(self, count: int, climb: FloatArray | None = None) -> IntArray:
        """Add `count` initial trajectories; return their rows, shape (count,).

        `climb`, of the same shape, is the growth rate of each; None: the default.
        """
        table = np.repeat(_START, count, axis=1)
        if climb is not None:
            trajectory_codec.columns(table).climb[:] = climb
        return self._add(table)

    def restore(self, records: Sequence[bytes]) -> IntArray:
        """Add encoded trajectories; return their rows, shape (records,).

        Raises
        ------
        UnreadableRecord : a record is not a valid trajectory; nothing has been added.
        """
        return self._add(trajectory_codec.table(records))

    def put(self, rows: IntArray, records: Sequence[bytes]) -> None:
        """Replace the given rows by encoded trajectories.

        Raises
        ------
        UnreadableRecord : a record is not a valid trajectory; nothing has changed.
        IndexError : a row does not exist.
        """
        self._check_rows(rows)
        self._store[:, rows] = trajectory_codec.table(records)

    def to_bytes(self, rows: IntArray) -> list[bytes]:
        """Return `Trajectory.to_bytes` of each of the given rows."""
        return trajectory_codec.encode(self._table(rows))

    def row(self, row: int) -> Trajectory:
        """Return a copy of one trajectory; updating it does not change this set."""
        [record] = self.to_bytes(np.array([row]))
        return Trajectory.from_bytes(record)

    def absorb(  # noqa: PLR0913
        self,
        rows: IntArray,
        score: FloatArray,
        *,
        efficiency: FloatArray,
        difficulty: FloatArray,
        mastery: FloatArray,
        day: FloatArray,
        signs: Signs[FloatArray] | None = None,
    ) -> tuple[FloatArray, Recent[FloatArray]]:
        """Update each of the given trajectories by one answer; see `Trajectory.absorb`.

        Parameters
        ----------
        rows : shape (active,), without repetition; may be empty.
        score, efficiency, difficulty, mastery, day, and the fields of signs : of the same shape.

        Returns
        -------
        P_stuck and the recent results after the answers, for `stuck_batch`; `judge` has to follow.

        Raises
        ------
        ValueError : a row is repeated, or a value is outside its range (NaN included).
        IndexError : a row does not exist. After either error nothing has changed.
        """
        _validate(score, efficiency, difficulty, mastery, day)
        self._check_rows(rows)
        table = self._table(rows)
        columns = trajectory_codec.columns(table)
        last = _advance_to(columns, day)
        recent = _note_habits(columns, score, signs, last)
        ease: FloatArray = np.exp(-growth_hmm.DIFFICULTY_WEIGHT * difficulty)
        level = _observe(columns, score, ease)
        _update_record(columns, mastery)
        velocity.add_scores(
            columns.day_answers,
            columns.day_scores,
            velocity.adjusted_score(score, level, ease),
            last=last,
            day=columns.day,
        )
        _append(columns.efficiencies, efficiency)
        _append(columns.scores, score)
        _append(columns.difficulties, difficulty)
        self._store[:, rows] = table
        return growth_hmm.p_stuck(beliefs(columns)), recent

    def judge(self, rows: IntArray, judgement: FloatArray, is_raised: BoolArray) -> None:
        """Store the judgements and flags of the given trajectories; see `Trajectory.judge`.

        Parameters
        ----------
        rows, is_raised : shape (rows,).
        judgement : shape (3, rows), fields as in `stuck.Judgement`.
        """
        table = self._table(rows)
        columns = trajectory_codec.columns(table)
        columns.judgement[:], columns.is_raised[:] = judgement, is_raised
        self._store[:, rows] = table

    def answers(self, rows: IntArray) -> FloatArray:
        """Return the number of answers of each row, in the shape of `rows`."""
        return self._columns(rows).answers

    def level(self, rows: IntArray) -> FloatArray:
        """Return `Trajectory.level` of each row."""
        return growth_hmm.level(beliefs(self._columns(rows)))

    def stuck(self, rows: IntArray) -> FloatArray:
        """Return `Trajectory.stuck` of each row."""
        stuck: FloatArray = self._columns(rows).judgement[0]
        return stuck

    def efficiency(self, rows: IntArray) -> FloatArray:
        """Return `Trajectory.efficiency` of each row."""
        columns = self._columns(rows)
        return trend_series.mean(Series(*columns.efficiencies), np.maximum(columns.answers, 1.0))

    def is_plateau(self, rows: IntArray) -> BoolArray:
        """Return `Trajectory.is_plateau` of each row."""
        columns = self._columns(rows)
        flagged: BoolArray = (columns.is_raised > 0) & (columns.mastery < MASTERED)
        return flagged

    def _table(self, rows: IntArray) -> FloatArray:
        """Return a copy of the given rows, shape (SIZE, rows)."""
        return self._store[:, : self._count].take(rows, axis=1)

    def _columns(self, rows: IntArray) -> Columns:
        return trajectory_codec.columns(self._table(rows))

    def _add(self, table: FloatArray) -> IntArray:
        rows = np.arange(self._count, self._count + table.shape[1])
        self._count += len(rows)
        if self._count > len(self._claims):
            capacity = max(self._count, 2 * len(self._claims))
            store = np.empty((trajectory_codec.SIZE, capacity))
            store[:, : rows[0]] = self._store[:, : rows[0]]
            self._store, self._claims = store, np.zeros(capacity, np.int64)
        self._store[:, rows] = table
        return rows

    def _check_rows(self, rows: IntArray) -> None:
        """Raise an error if a row does not exist or is repeated.

        With a repeated row only the last of its answers would count.
        """
        if len(rows) and not 0 <= rows.min() <= rows.max() < self._count:
            raise IndexError("the trajectory does not exist")
        claim = np.arange(len(rows))
        self._claims[rows] = claim
        if not np.array_equal(self._claims[rows], claim):
            raise ValueError("a trajectory can take only one answer per step")


def _validate(
    score: FloatArray,
    efficiency: FloatArray,
    difficulty: FloatArray,
    mastery: FloatArray,
    day: FloatArray,
) -> None:
    for values in (score, efficiency, mastery):
        if not np.all((values >= 0) & (values <= 1)):
            raise ValueError("score, efficiency and mastery must be in [0, 1]")
    if not (np.all(np.abs(difficulty) <= MAX_DIFFICULTY) and np.all(np.isfinite(day))):
        raise ValueError("difficulty must be within 50 logits, and day must be finite")


def _advance_to(columns: Columns, day: FloatArray) -> FloatArray:
    """Advance to the days of the answers; return those of the answers before."""
    has_answers = columns.answers > 0
    last = np.where(has_answers, columns.day, day)
    day = np.maximum(day, last)
    columns.recent[:] = columns.recent * velocity.fades(day - last) + 1.0
    predicted = growth_hmm.transition(beliefs(columns), columns.climb)
    np.copyto(columns.growing, predicted.growing, where=has_answers)
    np.copyto(columns.stuck, predicted.stuck, where=has_answers)
    columns.answers[:] += 1
    columns.day[:] = day
    return last


def _note_habits(
    columns: Columns, score: FloatArray, signs: Signs[FloatArray] | None, last: FloatArray
) -> Recent[FloatArray]:
    """Update habits and recent results, and return the latter."""
    recent = Recent(*columns.recent_results.copy())
    elapsed, was_right = columns.day - last, recent.results % 2.0
    columns.habits[:] = causes.after_answer(
        Habits(*columns.habits),
        signs or Signs(*np.zeros((len(UNKNOWN_SIGNS), len(score)))),
        score=score,
        accuracy=recent.fast,
        was_right=was_right,
        was_wrong=(columns.answers > 1) - was_right,
        is_late=1.0 * (elapsed >= causes.BREAK_DAYS),
        is_return=1.0 * (elapsed >= causes.RETURN_DAYS),
    )
    recent = stuck.after_answer(recent, score, columns.answers)
    columns.recent_results[:] = recent
    return recent


def _observe(columns: Columns, score: FloatArray, ease: FloatArray) -> FloatArray:
    """Update by the answers, and return the expected levels."""
    belief = growth_hmm.observe(beliefs(columns), score, ease)
    columns.growing[:], columns.stuck[:] = belief
    level = growth_hmm.level(belief)
    is_early = columns.answers <= plateau.MIN_ANSWERS
    columns.best_level[:] = np.where(is_early, level, np.maximum(level, columns.best_level))
    return level


def _update_record(columns: Columns, mastery: FloatArray) -> None:
    is_record = mastery >= columns.record + plateau.RECORD_STEP
    columns.since_record[:] = np.where(is_record, 0.0, columns.since_record + 1.0)
    columns.record[:] = np.where(is_record, mastery, columns.record)
    columns.mastery[:] = mastery


def _append(sums: FloatArray, value: FloatArray) -> None:
    sums[:] = trend_series.append(Series(*sums), value)


def beliefs(columns: Columns) -> Belief[FloatArray]:
    """Return the distributions over the hidden states of some trajectories."""
    return Belief(_bins(columns.growing), _bins(columns.stuck))


def _bins(rows: FloatArray) -> Bins[FloatArray]:
    a, b, c, d, e, f = rows
    return a, b, c, d, e, f
