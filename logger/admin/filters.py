"""What lists of learners' work can be narrowed by, besides whose and when."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from analytics.models import Content, ContentKind
from infra.admin.filters import ConditionFilter, Rows, TextFilter
from infra.identifiers import parse_uuid
from logger.mastery import CORRECT
from roster.models import Facility, Quiz

MAX_CONTENTS_BY_ID = 2000


class ContentFilter(TextFilter):
    """A content by its id, or by words of its title; of quizzes those of the viewer's facilities.

    Of any other the words could be guessed one by one.
    """

    title = _("Content")
    parameters = ("content",)
    hint = _("Title or id")

    def narrow(self, rows: Rows) -> Rows:
        """Return work at the content, or at those called so."""
        key = parse_uuid(self.value)
        if key is not None:
            return rows.filter(content_id=key)
        listed = Content.objects.search(self.value).values("pk")
        own = Facility.objects.known_to(self.viewer)
        quizzes = Quiz.objects.filter(facility__in=own, title__icontains=self.value).values("pk")
        # How many rows a few contents have is known to the database; a subquery's it would guess.
        few = list(listed.union(quizzes).values_list("pk", flat=True)[: MAX_CONTENTS_BY_ID + 1])
        if len(few) <= MAX_CONTENTS_BY_ID:
            return rows.filter(content_id__in=few)
        return rows.filter(Q(content_id__in=listed) | Q(content_id__in=quizzes))


class ItemFilter(TextFilter):
    """Questions by the beginning of their name."""

    title = _("Item")
    parameters = ("item",)
    hint = _("Begins with")

    def narrow(self, rows: Rows) -> Rows:
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
