"""What lists of learners' work can be narrowed by, besides whose and when."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from logger.mastery import CORRECT
from logger.models import Content, ContentKind
from roster.admin_filters import ConditionFilter, Rows, TextFilter
from roster.models import parse_uuid


class ContentFilter(TextFilter):
    """A content by its id, or by words of its title."""

    title = _("Content")
    parameters = ("content",)
    hint = _("Title or id")

    def narrowed(self, rows: Rows) -> Rows:
        """Return work at the content, or at those called so."""
        key = parse_uuid(self.value)
        if key is not None:
            return rows.filter(content_id=key)
        return rows.filter(content_id__in=Content.objects.called(self.value).values("pk"))


class ItemFilter(TextFilter):
    """Questions by the beginning of their name."""

    title = _("Item")
    parameters = ("item",)
    hint = _("Begins with")

    def narrowed(self, rows: Rows) -> Rows:
        """Return attempts at questions whose name begins so."""
        return rows.filter(item__startswith=self.value)


class KindFilter(ConditionFilter):
    """What kind of content it was."""

    title = _("Kind")
    parameters = ("kind",)
    conditions = {value: (label, Q(kind=value)) for value, label in ContentKind.choices}


class DoneFilter(ConditionFilter):
    """Whether all of the content was done."""

    title = _("Completion")
    parameters = ("complete",)
    conditions = {
        "yes": (_("complete"), Q(progress__gte=1)),
        "no": (_("not complete"), Q(progress__lt=1)),
    }


class CompleteFilter(ConditionFilter):
    """Whether a try or an attempt is complete."""

    title = _("Completion")
    parameters = ("complete",)
    conditions = {
        "yes": (_("complete"), Q(complete=True)),
        "no": (_("not complete"), Q(complete=False)),
    }


class TryKindFilter(ConditionFilter):
    """Exercises or quizzes."""

    title = _("Kind")
    parameters = ("kind",)
    conditions = {
        "exercise": (_("exercise"), Q(is_quiz=False)),
        "quiz": (_("quiz"), Q(is_quiz=True)),
    }


class ResultFilter(ConditionFilter):
    """What came of an attempt."""

    title = _("Result")
    parameters = ("result",)
    conditions = {
        "right": (_("right"), Q(correct=CORRECT)),
        "wrong": (_("not right"), Q(correct__lt=CORRECT)),
        "hinted": (_("with a hint"), Q(hinted=True)),
        "error": (_("with an error"), Q(error=True)),
    }
