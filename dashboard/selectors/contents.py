"""One learner at one content: progress, tries and sessions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from analytics.models import Content
from dashboard.selectors.criteria import criterion_states
from infra.db.keyset import Cursor, after_cursor
from logger.models import ContentSession, ContentSummary, MasteryLog
from logger.models.base import LATEST_STARTED_FIRST
from logger.models.mastery import NEWEST_FIRST
from roster.models import User

TRIES = 20
SESSIONS = 20
RECENT = 8


class UnknownContent(LookupError):
    """This learner never opened this content, or the viewer may not see what they do."""


@dataclass(frozen=True, kw_only=True)
class LearnerContent:
    """The work of one learner on one content.

    `tries` is one page, newest first, and `following` is the cursor of the next page.
    `sessions` has the newest sessions. `states` says how much of their criterion open tries have
    reached, by the id of the try and of the content.
    """

    summary: ContentSummary
    title: str | None
    tries: list[MasteryLog]
    following: Cursor | None
    sessions: list[ContentSession]
    states: dict[UUID, str]

    @property
    def learner(self) -> User:
        """The learner of the summary."""
        return self.summary.user


def get_learner_content(
    viewer: User, learner_id: UUID, content_id: UUID, *, after: Cursor | None = None
) -> LearnerContent:
    """Return the work of a learner on a content.

    Raises
    ------
    UnknownContent : there is no such work that the viewer may see.
    """
    summary = (
        ContentSummary.objects.filter(user=learner_id, content_id=content_id)
        .filter(user__in=User.objects.visible_to(viewer))
        .select_related("user__facility")
        .first()
    )
    if summary is None:
        raise UnknownContent
    tries = list(after_cursor(_tries_of(summary), after)[: TRIES + 1])
    shown = tries[:TRIES]
    return LearnerContent(
        summary=summary,
        title=content_title(content_id, summary.user.facility_id),
        tries=shown,
        following=Cursor.after_row(shown[-1], list(NEWEST_FIRST)) if len(tries) > TRIES else None,
        sessions=list(summary.sessions.order_by(*LATEST_STARTED_FIRST)[:SESSIONS]),
        states=criterion_states(
            tries if after is None else _tries_of(summary).filter(complete=False)
        ),
    )


def _tries_of(summary: ContentSummary) -> QuerySet[MasteryLog]:
    # Filters by learner and content: no index on the summary covers all tries.
    tries = MasteryLog.objects.filter(user=summary.user_id, content_id=summary.content_id)
    return tries.newest_first().with_correct()


@dataclass(frozen=True, kw_only=True)
class RecentWork:
    """A learner's newest tries and sessions, and the known titles of their contents.

    `states` says how much of their criterion open tries have reached, by the id of the try and of
    the content.
    """

    tries: list[MasteryLog]
    sessions: list[ContentSession]
    titles: dict[UUID, str]
    states: dict[UUID, str]


def get_recent_work(learner: User) -> RecentWork:
    """Return a learner's newest work; the database sorts only the rows of this learner."""
    mastery_logs = MasteryLog.objects.filter(user=learner).select_related("summary")
    tries = list(mastery_logs.newest_first().with_correct()[:RECENT])
    content_sessions = ContentSession.objects.filter(user=learner)
    sessions = list(content_sessions.order_by(*LATEST_STARTED_FIRST)[:RECENT])
    content_ids = {mastery_log.content_id for mastery_log in tries} | {
        session.content_id for session in sessions
    }
    return RecentWork(
        tries=tries,
        sessions=sessions,
        titles=content_titles(content_ids, learner.facility_id),
        states=criterion_states(tries),
    )


def content_titles(ids: Iterable[UUID], facility_id: UUID | None) -> dict[UUID, str]:
    """Return the titles of contents in a facility; contents without a title are left out."""
    titles = Content.objects.titles((key, facility_id) for key in ids)
    return {key: title for (key, _facility), title in titles.items()}


def content_title(content_id: UUID, facility_id: UUID | None) -> str | None:
    """Return the title of a content in a facility; None if it has none."""
    return content_titles([content_id], facility_id).get(content_id)
