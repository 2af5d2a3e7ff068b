"""Actions on alerts, as plain forms: each is a POST that leads back to its page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import pydantic
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.generic import View

from analytics import services
from analytics.commands import MAX_NOTE_LENGTH, AlertChange
from dashboard.views.base import visible_learner
from infra.time_zones import local_day, start_of_day
from roster.models import User
from roster.models.time_zones import zone_of
from roster.services.permissions import InvalidField, NotAllowed

SNOOZE_DAYS = 7


@dataclass(frozen=True)
class SnoozeDays:
    """The days that a form offers for the end of a snooze: the first one, and the suggested one."""

    first: date
    suggested: date

    @classmethod
    def after(cls, at: datetime, zone: str) -> SnoozeDays:
        """Return the days after the day of a time in a zone."""
        today = local_day(at, zone)
        return cls(today + timedelta(days=1), today + timedelta(days=SNOOZE_DAYS))


class AlertActionView(View):
    """Changes one alert: a note, a snooze, its end, or that it was seen."""

    site: AdminSite = cast("AdminSite", None)
    http_method_names = ["post"]

    @classmethod
    def as_url(cls, route: str, name: str, site: AdminSite) -> URLPattern:
        """Return the URL pattern; only staff can send the form, and only with its token."""
        return path(route, site.admin_view(cls.as_view(site=site)), name=name)

    @property
    def viewer(self) -> User:
        """The user who sends the form."""
        return cast("User", self.request.user)

    def post(self, request: HttpRequest, alert: UUID) -> HttpResponse:
        """Apply the pressed button, with the note if there is one."""
        with _errors_as_messages(request):
            change = _parse_change(request, self.viewer)
            services.change_alert(alert, change, actor=self.viewer, at=timezone.now())
            messages.success(request, _DONE[request.POST.get("action", "")]())
        return _back(request)


class LearnerNoteView(AlertActionView):
    """Adds a note about a learner."""

    def post(self, request: HttpRequest, learner: UUID) -> HttpResponse:
        """Add the note."""
        visible_learner(self.viewer, learner)
        with _errors_as_messages(request):
            note = _parse_note(request)
            services.add_note(learner, note, actor=self.viewer, at=timezone.now())
            messages.success(request, _("The note is saved."))
        return _back(request)


class _Invalid(ValueError):
    """The form is not valid; the text is for the person who sent it."""


_DONE = {
    "note": lambda: _("The note is saved."),
    "seen": lambda: _("The alert is marked as seen."),
    "snooze": lambda: _("The alert is snoozed."),
    "resolve": lambda: _("The alert is resolved."),
}


@contextmanager
def _errors_as_messages(request: HttpRequest) -> Iterator[None]:
    """Show errors of the form on the next page.

    Raises
    ------
    Http404 : there is no such alert, or the viewer may not see it.
    PermissionDenied : it is about the viewer.
    """
    try:
        yield
    except services.UnknownAlert:
        raise Http404 from None
    except NotAllowed:
        raise PermissionDenied from None
    except InvalidField:
        messages.error(request, _("This is not possible: the alert is resolved already."))
    except _Invalid as error:
        messages.error(request, str(error))


def _parse_change(request: HttpRequest, viewer: User) -> AlertChange:
    action = request.POST.get("action", "")
    if action not in _DONE:
        raise _Invalid(_("Press one of the buttons."))
    fields: dict[str, Any] = {}
    if action == "note" or request.POST.get("note", "").strip():
        fields["note"] = _parse_note(request)
    if action == "snooze":
        fields["snoozed_until"] = _parse_end(request, viewer)
    elif action != "note":
        fields["state"] = {"seen": "seen", "resolve": "resolved"}[action]
    return AlertChange(**fields)


def _parse_note(request: HttpRequest) -> str:
    text = request.POST.get("note", "").strip()
    if not text:
        raise _Invalid(_("The note is empty."))
    try:
        AlertChange(note=text)
    except pydantic.ValidationError:
        limit = _("A note has at most {limit} characters, and no control characters.").format(
            limit=MAX_NOTE_LENGTH
        )
        raise _Invalid(limit) from None
    return text


def _parse_end(request: HttpRequest, viewer: User) -> datetime:
    """Return the start of the chosen day in the viewer's facility."""
    try:
        day = date.fromisoformat(request.POST.get("until", ""))
        until = start_of_day(day, zone_of(viewer.facility))
    except (ValueError, OverflowError):
        raise _Invalid(_("Choose a day until which to snooze.")) from None
    if until <= timezone.now():
        raise _Invalid(_("Choose a day after today."))
    return until


def _back(request: HttpRequest) -> HttpResponse:
    """Redirect to the page of the form."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}):
        target = reverse("admin:index")
    response = HttpResponseRedirect(target)
    response.status_code = 303
    return response
