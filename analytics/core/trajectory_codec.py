"""Binary encoding of a trajectory: 76 little-endian float64s, a version number first.

Records of version 1 have the discounted velocity of the last days instead of the daily levels, and
records of version 2 end with the discounted sums. They are read as trajectories without what they
lack: daily levels, recent results, habits; P_stuck stands for the calibrated probability. A rebuild
of the states adds these.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import isfinite
from struct import Struct
from typing import NamedTuple

import numpy as np

from analytics.core import growth_hmm, trend_series
from analytics.core.causes import NO_HABITS
from analytics.core.growth_hmm import LEVELS
from analytics.core.logistic import FloatArray
from analytics.core.stuck import NOTHING_RECENT, SHIPPED, UNJUDGED, Judgement, Recent
from analytics.core.velocity import SLOTS, WEEK

VERSION = 3.0


class UnreadableRecord(ValueError):
    """The bytes are not a trajectory that this version can read."""


class Columns(NamedTuple):
    """The values of many trajectories, as views into one array; see `Trajectory` for their meaning.

    Shape (trajectories,), or (width, trajectories) for values whose width in `WIDTHS` is above 1.
    """

    version: FloatArray
    answers: FloatArray
    day: FloatArray
    mastery: FloatArray
    record: FloatArray
    since_record: FloatArray
    best_level: FloatArray
    is_raised: FloatArray
    growing: FloatArray
    stuck: FloatArray
    recent: FloatArray
    day_answers: FloatArray
    day_scores: FloatArray
    efficiencies: FloatArray
    scores: FloatArray
    difficulties: FloatArray
    climb: FloatArray
    recent_results: FloatArray
    judgement: FloatArray
    habits: FloatArray


WIDTHS = {
    "version": 1,
    "answers": 1,
    "day": 1,
    "mastery": 1,
    "record": 1,
    "since_record": 1,
    "best_level": 1,
    "is_raised": 1,
    "growing": len(LEVELS),
    "stuck": len(LEVELS),
    "recent": 1,
    "day_answers": SLOTS,
    "day_scores": SLOTS,
    "efficiencies": 3,
    "scores": 3,
    "difficulties": 3,
    "climb": 1,
    "recent_results": len(NOTHING_RECENT),
    "judgement": len(UNJUDGED),
    "habits": len(NO_HABITS),
}
SIZE = sum(WIDTHS.values())
FORMAT = Struct(f"<{SIZE}d")
_ENDS = dict(zip(WIDTHS, accumulate(WIDTHS.values()), strict=True))
_BELIEF = slice(_ENDS["is_raised"], _ENDS["stuck"])
_SECOND_FORMAT = Struct(f"<{_ENDS['difficulties']}d")
_FIRST_FORMAT = Struct(f"<{_ENDS['difficulties'] - 2 * SLOTS + 1 + 2 * WEEK}d")


def columns(table: FloatArray) -> Columns:
    """Return views into a table; writing to them changes the table.

    Parameters
    ----------
    table : shape (SIZE, trajectories).
    """
    return Columns(
        **{
            name: table[_ENDS[name] - 1] if width == 1 else table[_ENDS[name] - width : _ENDS[name]]
            for name, width in WIDTHS.items()
        }
    )


def unchecked_table(records: Sequence[bytes]) -> FloatArray:
    """Return `table` of some records, which are checked only if one has another length.

    Raises
    ------
    UnreadableRecord : a record has another length, and is not valid.
    """
    if {*map(len, records)} <= {FORMAT.size}:
        return np.frombuffer(b"".join(records)).reshape(-1, SIZE).T
    return table(records)


def numbers(record: bytes) -> tuple[float, ...]:
    """Return the values of a record, in the order of `Columns`.

    Raises
    ------
    UnreadableRecord : another length or version, a value that is not finite, or state probabilities
        that do not sum to 1.
    """
    if len(record) == _FIRST_FORMAT.size:
        record = _from_first_version(record)
    if len(record) == _SECOND_FORMAT.size:
        record = _from_second_version(record)
    if len(record) != FORMAT.size:
        raise UnreadableRecord(
            f"a trajectory record must have {FORMAT.size} bytes, not {len(record)}"
        )
    values: tuple[float, ...] = FORMAT.unpack(record)
    if values[0] != VERSION:
        raise UnreadableRecord(
            f"a trajectory record must have version {VERSION:.0f}, not {values[0]}"
        )
    if not isfinite(sum(values)):
        raise UnreadableRecord("a trajectory record must contain only finite numbers")
    if abs(sum(values[_BELIEF]) - 1.0) > 1e-6:
        raise UnreadableRecord("the state probabilities of a trajectory must sum to 1")
    return values


def _from_first_version(record: bytes) -> bytes:
    version, *values = _FIRST_FORMAT.unpack(record)
    end = _ENDS["recent"]
    rest = values[end + 2 * WEEK :]  # the first version has two numbers for `recent`
    version = 2.0 if version == 1.0 else version
    return _SECOND_FORMAT.pack(version, *values[: end - 1], *[0.0] * (2 * SLOTS), *rest)


def _from_second_version(record: bytes) -> bytes:
    version, *values = _SECOND_FORMAT.unpack(record)
    version = VERSION if version == 2.0 else version
    values = [version, *values]
    p_stuck = growth_hmm.p_stuck(
        growth_hmm.Belief(*map(growth_hmm.bins, (values[_BELIEF][:6], values[_BELIEF][6:])))
    )
    score = trend_series.mean(
        trend_series.Series(*values[_ENDS["scores"] - 3 : _ENDS["scores"]]), max(values[1], 1.0)
    )
    judgement = Judgement(p_stuck, SHIPPED.threshold, 0.0)
    recent = Recent(score, score, 0.0)
    return FORMAT.pack(*values, growth_hmm.P_CLIMB, *recent, *judgement, *NO_HABITS)


def table(records: Sequence[bytes]) -> FloatArray:
    """Return the values of many records, shape (SIZE, records); errors as for `numbers`."""
    return np.array([numbers(record) for record in records]).reshape(-1, SIZE).T


def encode(table: FloatArray) -> list[bytes]:
    """Return the records of a table, one per column."""
    return [record.tobytes() for record in np.ascontiguousarray(table.T, "<f8")]
