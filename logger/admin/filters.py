"""Filters of the admin lists of learners' work, besides those by learner, place and date."""

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
    """Filter by a content: its id, or words of its title.

    Titles of quizzes are searched only in the facilities the viewer knows. Otherwise a viewer could
    guess the titles of other facilities word by word.
    """

    title = _("Content")
    parameters = ("content",)
    hint = _("Title or id")

    def narrow(self, rows: Rows) -> Rows:
        """Return the rows of the content with this id, or of the contents with these words."""
        key = parse_uuid(self.value)
        if key is not None:
            return rows.filter(content_id=key)
        listed = Content.objects.search(self.value).values("pk")
        facilities = Facility.objects.known_to(self.viewer)
        quizzes = Quiz.objects.filter(facility__in=facilities, title__icontains=self.value).values(
            "pk"
        )
        # With literal ids the planner knows how many rows match; with a subquery it guesses.
        keys = list(listed.union(quizzes).values_list("pk", flat=True)[: MAX_CONTENTS_BY_ID + 1])
        if len(keys) <= MAX_CONTENTS_BY_ID:
            return rows.filter(content_id__in=keys)
        return rows.filter(Q(content_id__in=listed) | Q(content_id__in=quizzes))


class ItemFilter(TextFilter):
    """Filter by the beginning of an item name."""

    title = _("Item")
    parameters = ("item",)
    hint = _("Begins with")

    def narrow(self, rows: Rows) -> Rows:
        """Return the attempts at items whose names start with the value."""
        return rows.filter(item__startswith=self.value)


class KindFilter(ConditionFilter):
    """Filter by kind of content."""

    title = _("Kind")
    parameters = ("kind",)
    conditions = {value: (label, Q(kind=value)) for value, label in ContentKind.choices}


class DoneFilter(ConditionFilter):
    """Filter by completion of the content."""

    title = _("Completion")
    parameters = ("complete",)
    conditions = {
        "yes": (_("complete"), Q(progress__gte=1)),
        "no": (_("not complete"), Q(progress__lt=1)),
    }


class CompleteFilter(ConditionFilter):
    """Filter by completion of a try or an attempt."""

    title = _("Completion")
    parameters = ("complete",)
    conditions = {
        "yes": (_("complete"), Q(complete=True)),
        "no": (_("not complete"), Q(complete=False)),
    }


class TryKindFilter(ConditionFilter):
    """Filter tries by exercise or quiz."""

    title = _("Kind")
    parameters = ("kind",)
    conditions = {
        "exercise": (_("exercise"), Q(is_quiz=False)),
        "quiz": (_("quiz"), Q(is_quiz=True)),
    }


class ResultFilter(ConditionFilter):
    """Filter attempts by result."""

    title = _("Result")
    parameters = ("result",)
    conditions = {
        "right": (_("right"), Q(correct=CORRECT)),
        "wrong": (_("not right"), Q(correct__lt=CORRECT)),
        "hinted": (_("with a hint"), Q(hinted=True)),
        "error": (_("with an error"), Q(error=True)),
    }
