"""What is wrong with an export, and what of it is not imported, by file and line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_PROBLEMS = 50
MAX_PLACES = 3


class BadExport(ValueError):
    """The export cannot be imported; each line says where and why."""


@dataclass(kw_only=True)
class Report:
    """Gathers problems, which refuse the whole export, and notices, which do not."""

    problems: list[str] = field(default_factory=list)
    further: int = 0
    notices: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def problem(self, where: str, message: str) -> None:
        """Note what has to be put right before anything can be imported."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(f"{where}: {message}")
        else:
            self.further += 1

    def notice(self, where: str, message: str) -> None:
        """Note what is passed over."""
        self.notices[message].append(where)

    def refuse_if_bad(self) -> None:
        """Raise all problems found so far, if any."""
        if self.problems:
            more = [f"… and {self.further:,} more."] if self.further else []
            raise BadExport("\n".join([*self.problems, *more]))

    def told(self) -> Iterator[str]:
        """Yield each notice once, with the first places it is of."""
        for message, places in self.notices.items():
            more = len(places) - MAX_PLACES
            rest = f" and {more:,} more" if more > 0 else ""
            yield f"{', '.join(places[:MAX_PLACES])}{rest}: {message}"
