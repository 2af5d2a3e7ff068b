"""Pages of login sessions: of staff themselves, and of the people whose accounts they manage."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.views.base import Breadcrumb, CoachPage
from infra.admin.html import detail_url
from roster.models import User
from roster.services import login_sessions as services
from roster.services import second_factors


class SessionsPage(CoachPage):
    """The sessions of a person, for admins who may change the account."""

    template_name = "dashboard/sessions.html"

    @property
    def person_id(self) -> UUID:
        """The id of the person."""
        return UUID(str(self.kwargs["person"]))

    @cached_property
    def person(self) -> User:
        """The person.

        Raises
        ------
        Http404 : there is no such person, or the viewer may not change their account.
        """
        person = services.person_with_sessions(self.person_id, viewer=self.viewer)
        if person is None:
            raise Http404
        return person

    def page_context(self) -> dict[str, Any]:
        """Return the open sessions; the one of the request is marked."""
        is_own = self.person.pk == self.viewer.pk
        sessions = services.open_sessions(self.person, at=timezone.now())
        return {
            "title": _("Sessions"),
            "about": [self.person],
            "crumbs": [] if is_own else self._crumbs(),
            "sessions": sessions,
            "is_own": is_own,
            "has_second_factor": not is_own and second_factors.has_second_factor(self.person),
            "current_key": self.request.session.session_key,
        }

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """End one session, or all but that of the request; with a reset of the second factor."""
        one = request.POST.get("session")
        resets = request.POST.get("action") == "reset_factor" and self.person != self.viewer
        try:
            with transaction.atomic():
                if resets:
                    second_factors.reset(self.person, actor=self.viewer)
                ended = services.revoke_sessions(
                    self.person,
                    actor=self.viewer,
                    pk=None if one is None else UUID(one),
                    kept_key=request.session.session_key,
                )
        except (ValueError, services.UnknownLoginSession):
            raise Http404 from None
        text = ngettext("{count} session has ended.", "{count} sessions have ended.", ended)
        messages.success(request, text.format(count=ended))
        return HttpResponseRedirect(request.path, status=303)

    def _crumbs(self) -> list[Breadcrumb]:
        url = detail_url("roster_user_change", self.person.pk)
        return [Breadcrumb(label=str(self.person), url=url)]


class OwnSessionsPage(SessionsPage):
    """The sessions of the viewer."""

    @property
    def person_id(self) -> UUID:
        """The id of the viewer."""
        return self.viewer.pk
