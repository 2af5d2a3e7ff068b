"""The page on which staff set up their second factor."""

from __future__ import annotations

from base64 import b32encode
from typing import Any

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from dashboard.views.base import CoachPage
from roster.services import second_factors as services


class SecondFactorPage(CoachPage):
    """The viewer's own second factor: started, confirmed by a code, and switched off."""

    template_name = "dashboard/second_factor.html"

    def page_context(self) -> dict[str, Any]:
        """Return the state; while it is set up, the secret with its QR code."""
        is_on = services.has_second_factor(self.viewer)
        device = None if is_on else services.pending_device(self.viewer)
        return {
            "title": _("Second factor"),
            "is_on": is_on,
            "is_required": services.is_required(self.viewer),
            "left": services.count_recovery_codes(self.viewer) if is_on else 0,
            "secret": device and b32encode(device.bin_key).decode(),
            "qr_code": device and _qr_code(device.config_url),
        }

    def post(self, request: HttpRequest) -> HttpResponse:
        """Start, confirm, or switch off."""
        action, code = request.POST.get("action"), request.POST.get("code", "")
        try:
            if action == "confirm":
                codes = services.confirm_setup(self.viewer, code)
                request.session.pop(services.SESSION_KEY, None)
                return self.render_to_response({**self.get_context_data(), "codes": codes})
            if action == "off" and services.is_required(self.viewer):
                messages.error(request, _("Your school requires a second factor of its staff."))
            elif action == "off":
                services.switch_off(self.viewer, code)
                messages.success(request, _("The second factor is off."))
            elif not services.has_second_factor(self.viewer):
                services.start_setup(self.viewer)
        except services.WrongCode:
            messages.error(request, _("The code is wrong. Wait for the next one, then try again."))
        return HttpResponseRedirect(request.path, status=303)


def _qr_code(url: str) -> str:
    """Return an SVG of a QR code, dark on white in all color schemes."""
    code = segno.make(url, micro=False).svg_inline(scale=4, border=4, light="white")
    return mark_safe(code)  # noqa: S308  # made of numbers
