"""What came of an attempt, in one word and one sign, as the mastery models see it."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from logger.mastery import CORRECT


class Outcome(TextChoices):
    """How an attempt counts; a hint spoils it, and errors alone do not count at all."""

    RIGHT = "right", _("right")
    PARTLY = "partly", _("partly right")
    WRONG = "wrong", _("wrong")
    HINTED = "hinted", _("with a hint")
    ERROR = "error", _("only errors")

    @classmethod
    def of(cls, *, correct: float, hinted: bool, judged: bool) -> Outcome:
        """Return what came of an attempt."""
        if not judged:
            return cls.ERROR
        if hinted:
            return cls.HINTED
        if correct == CORRECT:
            return cls.RIGHT
        return cls.PARTLY if correct else cls.WRONG

    @property
    def sign(self) -> str:
        """Tell them apart without colour."""
        return SIGNS[self]

    @property
    def badge(self) -> str:
        """How good it is, as a class of the style sheet."""
        return BADGES.get(self, "warn")


SIGNS = {
    Outcome.RIGHT: "✓",
    Outcome.PARTLY: "½",
    Outcome.WRONG: "✗",
    Outcome.HINTED: "?",
    Outcome.ERROR: "!",
}
BADGES = {Outcome.RIGHT: "good", Outcome.WRONG: "bad", Outcome.ERROR: "info"}
