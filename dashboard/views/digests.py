"""Pages on which coaches switch their weekly digest on and off."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import TemplateView

from analytics.models import WeeklyDigest
from dashboard import digests
from dashboard.views.base import CoachPage
from roster.models.time_zones import zone_of_home


class DigestPage(CoachPage):
    """The viewer's own digest."""

    template_name = "dashboard/digest.html"

    def page_context(self) -> dict[str, Any]:
        """Return the settings of the digest."""
        timezone.activate(zone_of_home(self.viewer))
        digest = WeeklyDigest.objects.filter(coach=self.viewer).first()
        return {
            "title": _("Weekly digest"),
            "digest": digest,
            "email": self.viewer.email,
            "languages": settings.LANGUAGES,
            "language": digest.language if digest else get_language(),
        }

    def post(self, request: HttpRequest) -> HttpResponse:
        """Switch it on or off."""
        language = request.POST.get("language", "")
        if request.POST.get("action") == "off":
            digests.switch_off(self.viewer.pk)
            messages.success(request, _("The digest is off."))
        elif language in dict(settings.LANGUAGES):
            digests.switch_on(self.viewer, language, at=timezone.now())
            messages.success(request, _("The digest is on."))
        else:
            raise BadRequest("language is invalid.")
        return HttpResponseRedirect(request.path, status=303)


@method_decorator(csrf_exempt, name="dispatch")
class UnsubscribePage(TemplateView):
    """The page of the signed link in a digest: a POST switches it off, without a login.

    Mail programs send that POST themselves (RFC 8058). A GET changes nothing, as programs that
    examine links send it.
    """

    template_name = "unsubscribe.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find the coach of the link.

        Raises
        ------
        Http404 : the link is not valid.
        """
        coach_id = digests.coach_of_token(kwargs["token"])
        if coach_id is None:
            raise Http404
        self.coach_id = coach_id
        return super().dispatch(request, *args, **kwargs)

    def post(self, _request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Switch the digest off."""
        digests.switch_off(self.coach_id)
        return self.render_to_response(self.get_context_data(**kwargs, is_off=True))
