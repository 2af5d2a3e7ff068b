"""Outcome of an attempt for the mastery models, with a label and a sign."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from logger.mastery import CORRECT


class Outcome(TextChoices):
    """Outcome of an attempt; a hinted attempt is not right, and errors alone do not count."""

    RIGHT = "right", _("right")
    PARTLY = "partly", _("partly right")
    WRONG = "wrong", _("wrong")
    HINTED = "hinted", _("with a hint")
    ERROR = "error", _("only errors")

    @classmethod
    def of(cls, *, correct: float, hinted: bool, judged: bool) -> Outcome:
        """Return the outcome of an attempt."""
        if not judged:
            return cls.ERROR
        if hinted:
            return cls.HINTED
        if correct == CORRECT:
            return cls.RIGHT
        return cls.PARTLY if correct else cls.WRONG

    @property
    def sign(self) -> str:
        """The sign of the outcome, so that outcomes differ not only by colour."""
        return SIGNS[self]

    @property
    def badge(self) -> str:
        """The CSS class of the outcome."""
        return BADGES.get(self, "warn")


SIGNS = {
    Outcome.RIGHT: "✓",
    Outcome.PARTLY: "½",
    Outcome.WRONG: "✗",
    Outcome.HINTED: "?",
    Outcome.ERROR: "!",
}
BADGES = {Outcome.RIGHT: "good", Outcome.WRONG: "bad", Outcome.ERROR: "info"}
