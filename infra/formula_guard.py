"""The quoting of texts in CSV files, so that no spreadsheet reads a part of a text as a formula.

A program may split a line at another separator than the comma, and then reads what follows that
separator in a text as a cell (`x;=HYPERLINK(…)`). Where a cell could start with a formula, one
apostrophe is put before the formula: `=1` becomes `'=1`, `x;=1` becomes `x;'=1`, and `'=1`, which
has an apostrophe itself, becomes `''=1`. `remove_guards` takes exactly these apostrophes away.
"""

from __future__ import annotations

import re

# Characters with which a spreadsheet starts a formula, also in East Asian full-width forms.
_OPERATOR = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
_SEPARATOR = r"[,;|\t\n\r]"
# Characters that a spreadsheet may skip at the start of a cell.
_SKIPPED = r"[\s\"\x00-\x1f]"
_EITHER = r"[,;|\s\"\x00-\x1f]"
# Everything before the first character that counts in a cell: from the start of the text, or of a
# run of these characters with a separator in it. No run is searched twice: the time is linear.
_START = rf"(?:\A|(?<!{_EITHER})(?:(?!{_SEPARATOR}){_SKIPPED})*+{_SEPARATOR}){_EITHER}*+"
_FORMULA = re.compile(rf"({_START}'*+)(?={_OPERATOR})")
# Found in every text with a formula and in few others; a much faster search.
_CANDIDATE = re.compile(rf"{_OPERATOR}(?<!\w.)")
_GUARDED = re.compile(rf"({_START})'('*+)(?={_OPERATOR})")


def is_formula(text: str) -> bool:
    """Return True if a spreadsheet would read the text as a formula if somebody typed it."""
    return _FORMULA.match(text) is not None


def guard_formulas(text: str) -> str:
    """Return the text with an apostrophe before each formula in it."""
    return _FORMULA.sub(r"\1'", text) if _CANDIDATE.search(text) else text


def remove_guards(text: str) -> str:
    """Return the text without the apostrophes of `guard_formulas`."""
    return _GUARDED.sub(r"\1\2", text)
