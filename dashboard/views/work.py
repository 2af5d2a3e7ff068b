"""The coach's pages on a learner's work: a content, a try, an attempt."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404
from django.utils.translation import gettext as _

from dashboard.charts import Mark, StripChart
from dashboard.selectors.attempts import LearnerAttempt, UnknownAttemptOfLearner, learner_attempt
from dashboard.selectors.contents import LearnerContent, UnknownContent, learner_content
from dashboard.selectors.tries import LearnerTry, UnknownTryOfLearner, learner_try
from dashboard.views.base import Breadcrumb, CoachPage, learner_crumbs
from infra.admin.html import detail_url
from infra.db.keyset import BadCursor, Cursor
from logger.models import ContentSummary
from logger.models.mastery import NEWEST_FIRST
from logger.outcomes import Outcome
from logger.presentation import try_title, untitled
from logger.selectors import OLDEST
from roster.models import User

# Where a list goes on, as in the API.
AFTER = "after"


class ContentPage(CoachPage):
    """One learner at one content."""

    template_name = "dashboard/content.html"

    def page_context(self) -> dict[str, Any]:
        """Show how far they are, their tries and their sittings."""
        content = self._content()
        return {
            "title": content.title or untitled(content.summary),
            "about": [content.learner],
            "crumbs": learner_crumbs(content.learner, self.viewer),
            "content": content,
            "after": content.following and content.following.token,
            "is_further": AFTER in self.request.GET,
        }

    def _content(self) -> LearnerContent:
        place = parse_cursor(self.request.GET.get(AFTER), list(NEWEST_FIRST))
        try:
            return learner_content(
                self.viewer, self.kwargs["learner"], self.kwargs["content"], after=place
            )
        except UnknownContent as error:
            raise Http404 from error


class TryPage(CoachPage):
    """One try at a content."""

    template_name = "dashboard/try.html"

    def page_context(self) -> dict[str, Any]:
        """Show its attempts, and how it differs from the try before."""
        found = self._try()
        mastery_log = found.mastery_log
        return {
            "title": try_title(mastery_log),
            "about": [found.title or untitled(mastery_log.summary), mastery_log.user],
            "crumbs": [
                *learner_crumbs(mastery_log.user, self.viewer),
                content_crumb(mastery_log.summary, found.title),
            ],
            "found": found,
            "try": mastery_log,
            "strip": attempt_strip(found),
            "after": found.diff.following and found.diff.following.token,
            "is_further": AFTER in self.request.GET,
        }

    def _try(self) -> LearnerTry:
        place = parse_cursor(self.request.GET.get(AFTER), OLDEST)
        try:
            return learner_try(self.viewer, self.kwargs["try"], after=place)
        except UnknownTryOfLearner as error:
            raise Http404 from error
        except BadCursor as error:
            raise BadRequest(str(error)) from error


class AttemptPage(CoachPage):
    """One attempt at a question."""

    template_name = "dashboard/attempt.html"

    def page_context(self) -> dict[str, Any]:
        """Show what happened, moment by moment."""
        found = self._attempt()
        attempt = found.attempt
        return {
            "title": _("Question “%(item)s”") % {"item": attempt.item},
            "about": [each for each in (found.title, attempt.user) if each],
            "crumbs": attempt_crumbs(found, self.viewer),
            "found": found,
            "attempt": attempt,
            "raw": {
                _("Interactions"): formatted_json(attempt.interaction_history),
                _("Answer"): formatted_json(attempt.answer),
            },
        }

    def _attempt(self) -> LearnerAttempt:
        try:
            return learner_attempt(self.viewer, self.kwargs["attempt"])
        except UnknownAttemptOfLearner as error:
            raise Http404 from error


def parse_cursor(token: str | None, order: list[str]) -> Cursor | None:
    """Read where a list is to go on.

    Raises
    ------
    BadRequest : nowhere in this list.
    """
    try:
        return Cursor.parse(token, order) if token else None
    except BadCursor as error:
        raise BadRequest(str(error)) from error


def attempt_strip(found: LearnerTry) -> StripChart:
    """Return a try's attempts as marks, the first first."""
    counts = Counter(attempt.outcome for attempt in found.attempts)
    return StripChart(
        title=_("Attempts in the order in which they began"),
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
            for attempt in found.attempts
        ],
    )


def formatted_json(value: Any) -> str:
    """Write JSON as it was sent, over several lines."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def content_crumb(summary: ContentSummary, title: str | None) -> Breadcrumb:
    """Return the step to a learner's content."""
    url = detail_url("coach_content", summary.user_id, summary.content_id)
    return Breadcrumb(label=title or untitled(summary), url=url)


def attempt_crumbs(found: LearnerAttempt, viewer: User) -> list[Breadcrumb]:
    """Return the steps to an attempt; a guest's has none."""
    attempt = found.attempt
    if attempt.user is None:
        return []
    summary = attempt.session.summary
    crumbs = learner_crumbs(attempt.user, viewer)
    if summary is not None:
        crumbs.append(content_crumb(summary, found.title))
    if attempt.mastery_log is not None:
        url = detail_url("coach_try", attempt.mastery_log.pk)
        crumbs.append(Breadcrumb(label=try_title(attempt.mastery_log), url=url))
    return crumbs
