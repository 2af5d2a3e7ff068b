"""Coach pages on a learner's work: a content, a try, an attempt."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.charts import Mark, StripChart
from dashboard.selectors.attempts import (
    LearnerAttempt,
    UnknownAttemptOfLearner,
    get_learner_attempt,
)
from dashboard.selectors.contents import LearnerContent, UnknownContent, get_learner_content
from dashboard.selectors.item_questions import item_questions
from dashboard.selectors.tries import LearnerTry, UnknownTryOfLearner, get_learner_try
from dashboard.views.base import Breadcrumb, CoachPage, learner_crumbs
from infra.admin.html import detail_url
from infra.db.keyset import BadCursor, Cursor
from logger.models import ContentSummary
from logger.models.mastery import NEWEST_FIRST
from logger.outcomes import Outcome
from logger.presentation import try_title, untitled
from logger.selectors import OLDEST
from roster.models import User
from roster.models.time_zones import zone_of

# The cursor's parameter, as in the API.
AFTER = "after"


class ContentPage(CoachPage):
    """One learner at one content."""

    template_name = "dashboard/content.html"

    def page_context(self) -> dict[str, Any]:
        """Return the learner's progress, tries and sessions at the content."""
        content = self._get_content()
        timezone.activate(zone_of(content.learner.facility))
        return {
            "title": content.title or untitled(content.summary),
            "about": [content.learner],
            "crumbs": learner_crumbs(content.learner, self.viewer),
            "content": content,
            "after": content.following and content.following.token,
            "is_further": AFTER in self.request.GET,
        }

    def _get_content(self) -> LearnerContent:
        cursor = parse_cursor(self.request.GET.get(AFTER), list(NEWEST_FIRST))
        try:
            return get_learner_content(
                self.viewer, self.kwargs["learner"], self.kwargs["content"], after=cursor
            )
        except UnknownContent as error:
            raise Http404 from error


class TryPage(CoachPage):
    """One try at a content."""

    template_name = "dashboard/try.html"

    def page_context(self) -> dict[str, Any]:
        """Return the try's attempts, and its differences from the try before."""
        result = self._get_try()
        mastery_log = result.mastery_log
        timezone.activate(zone_of(mastery_log.user.facility))
        return {
            "title": try_title(mastery_log),
            "about": [result.title or untitled(mastery_log.summary), mastery_log.user],
            "crumbs": [
                *learner_crumbs(mastery_log.user, self.viewer),
                content_crumb(mastery_log.summary, result.title),
            ],
            "found": result,
            "try": mastery_log,
            "names": item_questions({each.item for each in result.attempts if each.item}),
            "strip": attempt_strip(result),
            "after": result.diff.following and result.diff.following.token,
            "is_further": AFTER in self.request.GET,
        }

    def _get_try(self) -> LearnerTry:
        cursor = parse_cursor(self.request.GET.get(AFTER), OLDEST)
        try:
            return get_learner_try(self.viewer, self.kwargs["try"], after=cursor)
        except UnknownTryOfLearner as error:
            raise Http404 from error
        except BadCursor as error:
            raise BadRequest(error.__doc__) from error


class AttemptPage(CoachPage):
    """One attempt at a question."""

    template_name = "dashboard/attempt.html"

    def page_context(self) -> dict[str, Any]:
        """Return the attempt's history."""
        result = self._get_attempt()
        attempt = result.attempt
        question = item_questions([result.item]).get(result.item) if result.item else None
        timezone.activate(zone_of(attempt.facility))
        return {
            "title": _("Question “%(item)s”") % {"item": question or attempt.item},
            "about": [part for part in (result.title, attempt.user) if part],
            "crumbs": attempt_crumbs(result, self.viewer),
            "found": result,
            "attempt": attempt,
            "raw": [
                (_("Interactions"), formatted_json(attempt.interaction_history)),
                (_("Answer"), formatted_json(attempt.answer)),
            ],
        }

    def _get_attempt(self) -> LearnerAttempt:
        try:
            return get_learner_attempt(self.viewer, self.kwargs["attempt"])
        except UnknownAttemptOfLearner as error:
            raise Http404 from error


def parse_cursor(token: str | None, order: list[str]) -> Cursor | None:
    """Parse the cursor of a list.

    Raises
    ------
    BadRequest : the cursor is not one of this list.
    """
    try:
        return Cursor.parse(token, order) if token else None
    except BadCursor as error:
        raise BadRequest(error.__doc__) from error


def attempt_strip(result: LearnerTry) -> StripChart:
    """Return a try's attempts as marks, the first one first."""
    counts = Counter(attempt.outcome for attempt in result.attempts)
    return StripChart(
        title=_("Attempts in the order in which they started"),
        description=" · ".join(
            f"{outcome.sign} {outcome.label}: {counts[outcome]}"
            for outcome in Outcome
            if counts[outcome]
        ),
        marks=[
            Mark(
                kind=attempt.outcome.value,
                symbol=attempt.outcome.sign,
                text=f"{attempt.row['item']}: {attempt.outcome.label}",
                url=detail_url("coach_attempt", attempt.row["id"]),
            )
            for attempt in result.attempts
        ],
    )


def formatted_json(value: Any) -> str:
    """Return JSON as indented text, unescaped."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def content_crumb(summary: ContentSummary, title: str | None) -> Breadcrumb:
    """Return the breadcrumb of a learner's content."""
    url = detail_url("coach_content", summary.user_id, summary.content_id)
    return Breadcrumb(label=title or untitled(summary), url=url)


def attempt_crumbs(result: LearnerAttempt, viewer: User) -> list[Breadcrumb]:
    """Return the breadcrumbs of an attempt; an attempt of a guest has none."""
    attempt = result.attempt
    if attempt.user is None:
        return []
    summary = attempt.session.summary
    crumbs = learner_crumbs(attempt.user, viewer)
    if summary is not None:
        crumbs.append(content_crumb(summary, result.title))
    if attempt.mastery_log is not None:
        url = detail_url("coach_try", attempt.mastery_log.pk)
        crumbs.append(Breadcrumb(label=try_title(attempt.mastery_log), url=url))
    return crumbs
