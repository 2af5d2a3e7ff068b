"""Pages told instead of the one that was asked for, and the admin's door."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponseBase
from django.http.response import HttpResponse
from django.template.loader import render_to_string

from infra.api import throttle_counter
from infra.api.client_address import client_address


def service_unavailable_page(status: int, *, wait: int) -> HttpResponse:
    """Say why there is no page now, and when to come again.

    Drawn without the request: who is logged in only the database knows, and it may be away.
    """
    page = render_to_string(f"{status}.html")
    return HttpResponse(page, status=status, headers={"Retry-After": str(wait)})


def admin_login(request: HttpRequest) -> HttpResponseBase:
    """Log in to the admin, as often as the API lets that address try."""
    wait = (
        throttle_counter.consume("login", client_address(request))
        if request.method == "POST"
        else None
    )
    return admin.site.login(request) if wait is None else service_unavailable_page(429, wait=wait)
