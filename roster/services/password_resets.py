"""Links by e-mail that reset a password: requested by anybody, sent by a job.

A request stores one row, whether or not anybody has the username: only the job looks for people. So
neither the response nor its time says who has an account.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from infra.audit.changes import HIDDEN
from infra.identifiers import MAX_USERNAME_KEY_LENGTH, fold_username
from roster.models import AuditAction, User
from roster.models.login_sessions import LoginSession
from roster.models.password_resets import PasswordReset
from roster.services import auditing
from roster.services.auditing import MAX_NAMESAKES
from roster.services.login_sessions import end_sessions

#: The time for which a job tries to send; later the person has to ask again.
PATIENCE = timedelta(minutes=15)


def request_reset(
    username: str, *, facility_id: UUID | None, language: str, at: datetime
) -> PasswordReset:
    """Store a request for links to the people with a username, in a facility or in all."""
    return PasswordReset.objects.create(
        username_key=fold_username(username)[:MAX_USERNAME_KEY_LENGTH],
        facility_id=facility_id,
        language=language,
        created_at=at,
    )


def send_links(at: datetime) -> int:
    """Claim the oldest request, and send its links after the commit; return their number.

    If they cannot be sent, the request is stored again, and the error raised: the job pauses.
    """
    request = PasswordReset.objects.select_for_update(skip_locked=True).order_by("pk").first()
    if request is None:
        return 0
    PasswordReset.objects.filter(pk=request.pk).delete()
    if at - request.created_at < PATIENCE:
        transaction.on_commit(lambda: _deliver(request))
    return 1


def _deliver(request: PasswordReset) -> None:
    try:
        for user in _people_of(request):
            _message(user, request.language).send()
            structlog.get_logger(__name__).info("password_reset_sent")
    except Exception:
        request.save(force_insert=True)
        raise


def _people_of(request: PasswordReset) -> list[User]:
    """Return the people of a request who have an address; nobody if there are too many."""
    people = User.objects.by_username(request.username_key).able_to_log_in().exclude(email="")
    if request.facility_id:
        people = people.filter(Q(facility=request.facility_id) | Q(facility=None))
    found = list(people.select_related("facility").order_by("pk")[: MAX_NAMESAKES + 1])
    return found if len(found) <= MAX_NAMESAKES else []


def _message(user: User, language: str) -> EmailMessage:
    path = reverse(
        "password_reset_confirm",
        args=[
            urlsafe_base64_encode(force_bytes(user.pk)),
            default_token_generator.make_token(user),
        ],
    )
    context = {
        "user": user,
        "url": f"{settings.PUBLIC_URL}{path}",
        "minutes": settings.PASSWORD_RESET_TIMEOUT // 60,
    }
    with translation.override(language):
        return EmailMessage(
            subject=_("LearnTrace: set a new password"),
            body=render_to_string("password/mail.txt", context),
            to=[user.email],
            headers={"Auto-Submitted": "auto-generated"},
        )


@transaction.atomic
def complete_reset(user: User) -> None:
    """Save a password that was set by a link, end the person's sessions, and record both."""
    user.save(update_fields=["password"])
    keys = LoginSession.objects.filter(user=user).values_list("session_key", flat=True)
    end_sessions(keys)
    auditing.add_entry(
        AuditAction.CHANGED,
        user,
        {"password": [HIDDEN, HIDDEN], "reset by e-mail": True},
        actor=user,
        facility_id=user.facility_id,
    )
