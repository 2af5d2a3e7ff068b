"""One learner at one content: how far they are, their tries and their sittings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from analytics.models import Content
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
    """What one learner did with one content.

    `tries` are newest first, from a place on, and `following` is where they go on; `sessions`
    are the newest.
    """

    summary: ContentSummary
    title: str | None
    tries: list[MasteryLog]
    following: Cursor | None
    sessions: list[ContentSession]

    @property
    def learner(self) -> User:
        """Whose work it is."""
        return self.summary.user


def learner_content(
    viewer: User, learner_id: UUID, content_id: UUID, *, after: Cursor | None = None
) -> LearnerContent:
    """Return what a learner did with a content.

    Raises
    ------
    UnknownContent : there is nothing of it the viewer may see.
    """
    summary = (
        ContentSummary.objects.filter(user=learner_id, content_id=content_id)
        .filter(user__in=User.objects.visible_to(viewer))
        .select_related("user")
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
    )


def _tries_of(summary: ContentSummary) -> QuerySet[MasteryLog]:
    # Asked by learner and content: no index begins with the summary and has them all.
    theirs = MasteryLog.objects.filter(user=summary.user_id, content_id=summary.content_id)
    return theirs.newest_first().with_correct()


@dataclass(frozen=True, kw_only=True)
class RecentWork:
    """A learner's newest tries and sittings, and what the contents are called that have titles."""

    tries: list[MasteryLog]
    sessions: list[ContentSession]
    titles: dict[UUID, str]


def recent_work(learner: User) -> RecentWork:
    """Return what a learner did last; what is sorted for it is one learner's rows."""
    theirs = MasteryLog.objects.filter(user=learner).select_related("summary")
    tries = list(theirs.newest_first().with_correct()[:RECENT])
    sittings = ContentSession.objects.filter(user=learner)
    sessions = list(sittings.order_by(*LATEST_STARTED_FIRST)[:RECENT])
    seen = {tried.content_id for tried in tries} | {each.content_id for each in sessions}
    return RecentWork(
        tries=tries, sessions=sessions, titles=content_titles(seen, learner.facility_id)
    )


def content_titles(ids: Iterable[UUID], facility_id: UUID | None) -> dict[UUID, str]:
    """Return what contents are called in a facility, where that is known."""
    titles = Content.objects.titles((key, facility_id) for key in ids)
    return {key: title for (key, _facility), title in titles.items()}


def content_title(content_id: UUID, facility_id: UUID | None) -> str | None:
    """Return what a content is called in a facility, where that is known."""
    return content_titles([content_id], facility_id).get(content_id)
