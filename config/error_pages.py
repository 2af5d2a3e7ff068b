"""Error pages for 429 and 503, and the pages without a login that have a rate limit."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.http.response import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from dashboard.views.family_links import FamilyReportPage
from dashboard.views.password_reset import ResetPage
from infra.api import throttle_counter
from infra.api.client_address import client_address, is_local
from roster.logins import complete_login
from roster.models import User


def service_unavailable_page(status: int, *, wait: int, message: str = "") -> HttpResponse:
    """Return an error page with a Retry-After header.

    The template is rendered without the request: the user would be read from the database, which
    may be unavailable.
    """
    page = render_to_string(f"{status}.html", {"message": message})
    return HttpResponse(page, status=status, headers={"Retry-After": str(wait)})


def admin_login(request: HttpRequest) -> HttpResponseBase:
    """Log in to the admin, with the same rate limit per address as the API."""
    wait = (
        throttle_counter.consume("login", client_address(request))
        if request.method == "POST"
        else None
    )
    if wait is not None:
        return service_unavailable_page(429, wait=wait)
    insecure = settings.SESSION_COOKIE_SECURE and not (request.is_secure() or is_local(request))
    response = admin.site.login(request, extra_context={"cookies_would_be_lost": insecure})
    is_done = request.method == "POST" and isinstance(response, HttpResponseRedirect)
    if is_done and isinstance(request.user, User):
        shared = "shared_computer" in request.POST
        complete_login(request, response, request.user, shared=shared)
    return response


def family_report(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show the report on a learner to those who have the link, at the rate of guests."""
    wait = throttle_counter.consume("guest", client_address(request))
    if wait is not None:
        message = _("There were too many requests. Please wait a while, then try again.")
        return service_unavailable_page(429, wait=wait, message=message)
    return FamilyReportPage.as_view()(request, token=token)


def password_reset(request: HttpRequest) -> HttpResponseBase:
    """Show the form of those who forgot their password, at the rate of logins of an address."""
    if request.method == "POST":
        wait = throttle_counter.consume("login", client_address(request))
        if wait is not None:
            return service_unavailable_page(429, wait=wait)
    return ResetPage.as_view()(request)
