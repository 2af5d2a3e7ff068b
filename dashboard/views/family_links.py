"""Links by which families read the report on a learner: made and revoked by coaches, and opened."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.generic import TemplateView

from dashboard.selectors.report import get_report
from dashboard.views.base import CoachPage, learner_crumbs, visible_learner
from roster.models.time_zones import zone_of
from roster.services import UnknownLearner
from roster.services import family_links as services
from roster.services.permissions import InvalidField, NotAllowed

_HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}


class MakeFamilyLinkPage(CoachPage):
    """Makes a link and shows its URL, this one time."""

    template_name = "dashboard/report/link_made.html"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, learner: UUID) -> HttpResponse:
        """Make the link; with a wrong form, return to the page of the learner."""
        try:
            days = int(request.POST.get("days", "")[:4])
            self.link, self.secret = services.create_family_link(
                learner, days=days, actor=self.viewer, at=timezone.now()
            )
        except UnknownLearner:
            raise Http404 from None
        except NotAllowed:
            raise PermissionDenied from None
        except (InvalidField, ValueError):
            text = _("A link is valid for 1 to {days} days, and a learner has at most {links}.")
            limits = text.format(days=services.MAX_DAYS, links=services.MAX_LINKS)
            messages.error(request, limits)
            return _to_links(learner)
        return self.render_to_response(self.get_context_data())

    def page_context(self) -> dict[str, Any]:
        """Return the URL of the new link."""
        learner = visible_learner(self.viewer, self.link.learner_id, related=["facility"])
        timezone.activate(zone_of(learner.facility))
        path = reverse("family_report", args=[self.secret])
        return {
            "title": _("Link for the family"),
            "about": [learner],
            "crumbs": learner_crumbs(learner, self.viewer),
            "link": self.link,
            "learner": learner,
            "url": self.request.build_absolute_uri(path),
        }


class RevokeFamilyLinkView(CoachPage):
    """Revokes a link."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, link: UUID) -> HttpResponse:
        """Revoke the link, and return to the page of the learner."""
        try:
            learner_id = services.revoke_family_link(link, actor=self.viewer)
        except services.UnknownFamilyLink:
            raise Http404 from None
        except NotAllowed:
            raise PermissionDenied from None
        messages.success(request, _("The link is revoked."))
        return _to_links(learner_id)


class FamilyReportPage(TemplateView):
    """The report on a learner, for those who have the link; nothing else can be read with it."""

    template_name = "dashboard/report/family.html"
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show the report and count that; a link that is wrong, expired or revoked is a 404."""
        at = timezone.now()
        try:
            link = services.find_family_link(token, at=at)
        except services.UnknownFamilyLink:
            response: HttpResponse = defaults.page_not_found(request, Http404())
        else:
            timezone.activate(zone_of(link.learner.facility))
            report = get_report(link.learner, at=at)
            response = self.render_to_response({"report": report, "link": link})
            if request.method == "GET":
                services.record_opening(link, at=at)
        for name, value in _HEADERS.items():
            response.headers[name] = value
        return response


def _to_links(learner_id: UUID) -> HttpResponse:
    url = reverse("admin:coach_learner", args=[learner_id])
    response = HttpResponseRedirect(f"{url}#links-title")
    response.status_code = 303
    return response
