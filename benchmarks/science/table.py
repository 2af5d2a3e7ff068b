"""A table of figures beside their targets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Row(NamedTuple):
    """One figure; `target` is empty and `ok` None if it is only for comparison."""

    name: str
    measured: float
    target: str = ""
    ok: bool | None = None


def at_least(name: str, measured: float, target: float) -> Row:
    return Row(name, measured, f">= {target:,.6g}", measured >= target)


def at_most(name: str, measured: float, target: float) -> Row:
    return Row(name, measured, f"<= {target:,.6g}", measured <= target)


def show(rows: Iterable[Row]) -> bool:
    """Print the rows as they come; return whether all targets are met."""
    missed = 0
    for name, measured, target, ok in rows:
        verdict = {True: "ok", False: "MISSED", None: ""}[ok]
        print(f"{name:58}{measured:>14,.4f}  {target:<14}{verdict}", flush=True)
        missed += ok is False
    return not missed
