"""The expected contents of lists, computed from all rows in plain Python, without querysets."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model

from analytics.models import ItemMemory, LearningEvent, SkillState
from infra.formula_guard import remove_guards
from logger.models import AttemptLog, ContentSession, ContentSummary, MasteryLog
from roster.models import User
from tests.factories import NOW
from tests.infra.admin_school import CONTENTS

CLASSES = {"ada": "7a", "ben": "7a", "chen": "7b", "dora": "7a 7b", "stranger": "1x"}
STAFFED = {
    "coach": "7a", "facility_coach": "7a 7b", "admin": "7a 7b", "superuser": "7a 7b 1x",
    "foreign_coach": "1x", "both": "7a 7b",
}  # fmt: skip
FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}

ListParams = dict[str, str]


def is_visible_to(viewer: str, person: User) -> bool:
    """Return whether a viewer can read the records of a person (contract 0.7)."""
    own = set(STAFFED[viewer].split()) & set(CLASSES.get(str(person.username), "").split())
    if viewer == "superuser":
        return True
    if viewer in ("facility_coach", "admin"):
        return person.facility is not None and person.facility.name == "Riverside"
    return bool(own) or person.username == viewer


@dataclass(frozen=True, kw_only=True)
class Table:
    """A list: its rows, filters, order, and the cells it shows.

    `conditions` map filter parameters to predicates of one row; `shown` maps columns of the screen
    to a column of the file and a function that compares the two cells.
    """

    model: type[Model]
    learner: str
    dated: str = "start_timestamp"
    order: tuple[str, ...] = ()
    item: Callable[[Any], str] = lambda _row: ""
    conditions: Mapping[str, Callable[[Any, str], bool]] = field(default_factory=dict)
    shown: Mapping[str, tuple[str, Callable[[str, str], bool]]] = field(default_factory=dict)

    def person(self, row: Any) -> User:
        return row if self.learner == "self" else getattr(row, self.learner)

    def expected(self, viewer: str, asked: ListParams) -> list[Any]:
        """Return the rows of the list in its order."""
        rows = [row for row in self.model._default_manager.all() if self._is_in(row, viewer, asked)]
        return sorted(
            rows, key=lambda row: [getattr(row, name) for name in (*self.order, "pk")], reverse=True
        )

    def _is_in(self, row: Any, viewer: str, asked: ListParams) -> bool:
        person = self.person(row)
        return is_visible_to(viewer, person) and all(
            self._meets(row, person, viewer, name, value) for name, value in asked.items()
        )

    def _meets(self, row: Any, person: User, viewer: str, name: str, value: str) -> bool:
        attended = set(CLASSES.get(str(person.username), "").split())
        match name:
            case "class":
                return value in attended & set(STAFFED[viewer].split())
            case "group":
                return person.username == "ada" and "7a" in STAFFED[viewer]
            case "facility":
                return person.facility is not None and person.facility.name == value
            case "q":
                return _has_word(person, value) or _starts_with(self.item(row), value)
            case "since" | "until":
                return _is_in_range(getattr(row, self.dated), name, value)
        return self.conditions[name](row, value)


def _has_word(person: User, word: str) -> bool:
    texts = (person.username, person.full_name, person.external_id)
    return any(word.lower() in text.lower() for text in texts if text)


def _starts_with(item: str, word: str) -> bool:
    return item.startswith(word) or f":{word}" in item


def _is_in_range(moment: datetime, name: str, value: str) -> bool:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return False
    own = moment.astimezone(UTC).date()
    return own >= day if name == "since" else own <= day


def days(*numbers: int) -> list[str]:
    return [(NOW.date() + timedelta(days=number)).isoformat() for number in numbers]


def cell_of(row: Any, path: str) -> Any:
    """Return the value of a column, computed from the row."""
    if path == "correct" and isinstance(row, MasteryLog):
        return AttemptLog.objects.filter(mastery_log=row, correct=1).count()
    for name in path.split("__"):
        try:
            row = None if row is None else getattr(row, name)
        except ObjectDoesNotExist:  # a row that only some rows have
            row = None
    return row.pk if isinstance(row, Model) else row


def is_csv_value(cell: str, value: Any) -> bool:  # noqa: PLR0911  # one for each kind
    """Return whether a CSV cell is this value in the format of the API."""
    if value is None:
        return cell == ""
    if isinstance(value, bool):
        return cell == ("true" if value else "false")
    if isinstance(value, int | float):
        return float(cell) == value
    if isinstance(value, UUID):
        return cell == value.hex
    if isinstance(value, datetime):
        return cell == value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, str):
        return remove_guards(cell) == value and not cell.startswith(FORMULA)
    return bool(orjson.loads(remove_guards(cell)) == value)


def is_same_cell(cell: str, value: Any) -> bool:
    """Return whether a cell of a workbook equals that of the CSV; a workbook stores 16 digits."""
    if value is None:
        return cell == ""
    if isinstance(value, bool):
        return cell == ("true" if value else "false")
    if isinstance(value, float):
        return math.isclose(float(cell), value, rel_tol=1e-15)
    return bool(remove_guards(cell) == value)


def share(text: str, cell: str) -> bool:
    """Return whether "72 %" matches a fraction: 0 and 100 only if it is exactly that."""
    percent, part = int(text.removesuffix(" %")), float(cell)
    if percent in (0, 100) or part in (0, 1):
        return part == percent / 100
    return abs(percent - 100 * part) <= 0.5 or (percent, round(100 * part)) in ((99, 100), (1, 0))


def _level(text: str, cell: str) -> bool:
    """Return whether a mastery matches; with too few answers it is not shown."""
    return text == "too few answers" or share(text, cell)


def duration(text: str, cell: str) -> bool:
    """Return whether "4 m 10 s" matches a number of seconds, to the precision shown."""
    seconds = float(cell)
    parts = re.findall(r"([\d.]+) ([dhms])", text)
    shown = sum(float(number) * _UNITS[unit] for number, unit in parts)
    if 0 < seconds < 0.95:
        return abs(shown - max(seconds, 0.1)) <= 0.0501
    return 0 <= round(seconds) - shown < _UNITS[parts[-1][1]]


def in_days(text: str, cell: str) -> bool:
    return duration(text, str(float(cell) * _UNITS["d"]))


def number(text: str, cell: str) -> bool:
    """Return whether a text begins with a number."""
    return float(re.split(r"[ ,]", text)[0]) == float(cell)


def _out_of(text: str, cell: str) -> bool:
    """Return whether a text ends with a number of answers: 5 of 47."""
    return float(text.rpartition(" of ")[2]) == float(cell)


def _points(text: str, cell: str) -> bool:
    digits = "0" if text == "no change" else text.removesuffix(" points").replace("−", "-")
    return abs(float(re.sub("[^-+.0-9]", "", digits)) - 100 * float(cell)) <= 0.0501


def _after(text: str, cell: str) -> bool:
    return not cell if not text else share(text.partition(" → ")[2], cell)


def _score(text: str, cell: str) -> bool:
    return {"✓ right": 1.0, "✗ wrong": 0.0}.get(text, 0.5) == float(cell) or text[0] == "½"


def _done(row: Any, value: str) -> bool:
    return {"yes": row.progress >= 1, "no": row.progress < 1}.get(value, False)


def _complete(row: Any, value: str) -> bool:
    return {"yes": row.complete, "no": not row.complete}.get(value, False)


def _content(row: Any, value: str) -> bool:
    return bool(row.content_id == (CONTENTS[1] if value == "intro" else UUID(value)))


def _kind(row: Any, value: str) -> bool:
    return bool(row.kind == value)


def _result(row: Any, value: str) -> bool:
    met = {"right": row.correct == 1, "wrong": row.correct < 1, "hinted": row.hinted}
    return bool({**met, "error": row.error}.get(value, False))


def _code(row: Any) -> str:
    return row.item.code or "" if row.item else ""


_WORK = {"content": _content, "kind": _kind, "complete": _done}
_SPENT = {"spent": ("time spent (seconds)", duration)}
_STARTED = ("start_timestamp",)

TABLES = {
    "logger/contentsession": Table(
        model=ContentSession, learner="user", order=_STARTED, conditions=_WORK,
        shown={**_SPENT, "how_far": ("progress", share)},
    ),
    "logger/contentsummary": Table(
        model=ContentSummary, learner="user", order=_STARTED, conditions=_WORK,
        shown={**_SPENT, "how_far": ("progress", share)},
    ),
    "logger/masterylog": Table(
        model=MasteryLog, learner="user", order=_STARTED,
        conditions={**_WORK, "complete": _complete,
                    "kind": lambda row, value: value == ("quiz" if row.is_quiz else "exercise")},
        shown={**_SPENT, "answers": ("attempts", number), "number": ("mastery level", number)},
    ),
    "logger/attemptlog": Table(
        model=AttemptLog, learner="user", dated="end_timestamp", order=("end_timestamp",),
        item=lambda row: row.item,
        conditions={"content": _content, "complete": _complete, "result": _result,
                    "item": lambda row, value: row.item.startswith(value)},
        shown=_SPENT,
    ),
    "analytics/skillstate": Table(
        model=SkillState, learner="learner", dated="last_practised", order=("last_practised",),
        conditions={"plateau": lambda row, value: row.plateau is {"yes": True, "no": False}[value],
                    "skill": lambda row, value: row.skill.code.startswith(value)},
        shown={"known": ("mastery", _level), "answers": ("attempts", _out_of),
               "gain": ("velocity", _points)},
    ),
    "analytics/learningevent": Table(
        model=LearningEvent, learner="learner", dated="happened_at", order=("happened_at",),
        item=_code,
        conditions={"source": lambda row, value: row.source == value,
                    "skill": lambda row, value: bool(row.skill)
                    and row.skill.code.startswith(value)},
        shown={"expected": ("probability correct", share), "moved": ("mastery after", _after),
               "result": ("score", _score)},
    ),
    "analytics/itemmemory": Table(
        model=ItemMemory, learner="learner", dated="last_review", order=("last_review",),
        item=_code,
        shown={"lasts": ("stability (days)", in_days), "reviews_right": ("reviews", number)},
    ),
    "roster/user": Table(
        model=User, learner="self",
        conditions={"kind": lambda row, value: value == ("staff" if row.is_staff else "learner"),
                    "active": lambda row, value: row.is_active is (value == "yes")},
    ),
}  # fmt: skip
