"""Line numbers in files that are not UTF-8; pure functions."""

from __future__ import annotations

from collections.abc import Iterable


def undecodable_line(lines: Iterable[bytes]) -> int:
    """Return the number of the first line, counted from 1, that is not UTF-8.

    Parameters
    ----------
    lines : a file, split at line feeds. A lone carriage return ends a line too, as for `csv`.

    Raises
    ------
    ValueError : all lines are UTF-8.
    """
    number = 1
    for line in lines:
        try:
            line.decode()
        except UnicodeDecodeError as error:
            return number + _line_ends(line[: error.start])
        number += _line_ends(line)
    raise ValueError("All lines are UTF-8.")


def _line_ends(text: bytes) -> int:
    return text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")
