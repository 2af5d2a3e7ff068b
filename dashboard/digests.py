"""Weekly digests by e-mail: switched on and off by coaches, and the job that sends them.

Each digest is sent at most once: the job claims it, by moving the time of the next one, and sends
it after that transaction has committed. A process that ends in between loses one e-mail; the next
one reports from the last that was sent, so nothing is missing in it. The other order, to send and
then to mark as sent, would repeat an e-mail after every such end, and on SQLite it would keep all
requests from writing while the mail server answers.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.models import WeeklyDigest
from dashboard.selectors.digest import get_digest
from infra.identifiers import parse_uuid
from infra.time_zones import local_day, start_of_day
from roster import services
from roster.models import User
from roster.models.time_zones import zone_of

# Mondays, this long after midnight in the time zone of the coach's facility.
HOUR = timedelta(hours=6)
FIRST_RETRY, LAST_RETRY = timedelta(minutes=5), timedelta(hours=6)
_signer = Signer(salt="weekly digest")


def next_time(coach: User, at: datetime) -> datetime:
    """Return the first time after `at` at which the coach's digest is due."""
    zone = zone_of(coach.facility)
    today = local_day(at, zone)
    monday = today - timedelta(days=today.weekday())
    times = (start_of_day(monday + timedelta(days=days), zone) + HOUR for days in (0, 7))
    return next(due for due in times if due > at)


@transaction.atomic
def switch_on(coach: User, language: str, *, at: datetime) -> None:
    """Let a coach get the digest, in this language; it reports from now on."""
    row, is_new = WeeklyDigest.objects.select_for_update().get_or_create(
        coach=coach,
        defaults={"language": language, "due_at": next_time(coach, at), "since": at},
    )
    if is_new:
        services.record_added(row, actor=coach, facility_id=coach.facility_id)
        return
    with services.recording_change(row, actor=coach, facility_id=coach.facility_id):
        row.language = language
        row.save(update_fields=["language"])


@transaction.atomic
def switch_off(coach_id: UUID) -> None:
    """Let a coach get no more digests."""
    rows = WeeklyDigest.objects.select_for_update(of=("self",)).select_related("coach")
    row = rows.filter(pk=coach_id).first()
    if row is not None:
        services.record_removed(row, actor=row.coach, facility_id=row.coach.facility_id)
        row.delete()


def unsubscribe_url(coach: User) -> str:
    """Return the URL of the page that switches a coach's digest off, without a login."""
    path = reverse("unsubscribe", args=[_signer.sign(coach.pk.hex)])
    return f"{settings.PUBLIC_URL}{path}"


def coach_of_token(token: str) -> UUID | None:
    """Return the id of the coach in a link of `unsubscribe_url`; None if it is not valid."""
    try:
        return parse_uuid(_signer.unsign(token))
    except BadSignature:
        return None


def send_digests(at: datetime) -> int:
    """Claim the digest that is due first, and send it after the commit; return their number.

    If it cannot be sent, it is due again after a time that doubles with each failure, and the error
    is raised, so that the job pauses.
    """
    rows = WeeklyDigest.objects.due(at).select_for_update(of=("self",), skip_locked=True)
    row = rows.select_related("coach__facility").first()
    if row is None:
        return 0
    row.due_at = next_time(row.coach, at)
    row.save(update_fields=["due_at"])
    transaction.on_commit(lambda: _deliver(row, at))
    return 1


def _deliver(row: WeeklyDigest, at: datetime) -> None:
    claimed = WeeklyDigest.objects.filter(pk=row.pk, due_at=row.due_at)
    try:
        _message(row, at).send()
    except Exception:
        retry_at = at + min(FIRST_RETRY * 2 ** min(row.failures, 10), LAST_RETRY)
        claimed.update(due_at=min(retry_at, row.due_at), failures=row.failures + 1)
        raise
    claimed.update(since=at, failures=0)
    structlog.get_logger(__name__).info("digest_sent")


def _message(row: WeeklyDigest, at: datetime) -> EmailMessage:
    """Return the e-mail in the coach's language, with days of the zone of their facility."""
    coach, url = row.coach, unsubscribe_url(row.coach)
    with translation.override(row.language), timezone.override(zone_of(coach.facility)):
        digest = get_digest(coach, since=row.since, at=at)
        helped = len(digest.need_help)
        context = {
            "coach": coach,
            "digest": digest,
            "front_page": f"{settings.PUBLIC_URL}{reverse('admin:index')}",
            "unsubscribe": url,
        }
        return EmailMessage(
            subject=ngettext(
                "LearnTrace: {learners} learner newly needs help",
                "LearnTrace: {learners} learners newly need help",
                helped,
            ).format(learners=helped)
            if helped
            else _("LearnTrace: nobody newly needs help"),
            body=render_to_string("digest/mail.txt", context),
            to=[coach.email],
            headers={
                "List-Unsubscribe": f"<{url}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",  # RFC 8058
                "Auto-Submitted": "auto-generated",
            },
        )
