"""Problems, skipped records and notices of an export, by file and line."""

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
    """Collected problems, which reject the whole export, and skipped records, which do not.

    Notices are about the skipped records, and about those that an import leaves out by design.
    """

    problems: list[str] = field(default_factory=list)
    omitted: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)
    notices: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def problem(self, where: str, message: str) -> None:
        """Add a problem that must be fixed before the import."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(f"{where}: {message}")
        else:
            self.omitted += 1

    def skip(self, where: str, message: str) -> None:
        """Add a record that cannot be imported as it is, for people to correct."""
        self.skipped.append((where, message))
        self.notice(where, message)

    def notice(self, where: str, message: str) -> None:
        """Add a notice about a record that is left out."""
        self.notices[message].append(where)

    def refuse_if_bad(self) -> None:
        """Raise BadExport with all problems found so far, if any."""
        if self.problems:
            more = [f"… and {self.omitted:,} more."] if self.omitted else []
            raise BadExport("\n".join([*self.problems, *more]))

    def notice_lines(self) -> Iterator[str]:
        """Yield each notice once, with the first places where it applies."""
        for message, places in self.notices.items():
            more = len(places) - MAX_PLACES
            rest = f" and {more:,} more" if more > 0 else ""
            yield f"{', '.join(places[:MAX_PLACES])}{rest}: {message}"
