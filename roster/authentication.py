"""Who is calling: an API key in one of two headers, or a login session."""

from __future__ import annotations

from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, ParseError
from rest_framework.request import Request

from roster import services
from roster.models import ApiKey, User, fold_username

_BEARER = "bearer"


class KeyAuthentication(BaseAuthentication):
    """A key in `X-API-Key` or `Authorization: Bearer`; it wins over a cookie (contract 0.3)."""

    def authenticate(self, request: Request) -> tuple[ApiKey, ApiKey] | None:
        """Return the key as the one who calls; None where no header carries one."""
        secrets = _secrets(request)
        if not secrets:
            return None
        if len(secrets) > 1:
            raise ParseError("Two different keys were sent.")
        at = timezone.now()
        try:
            key = services.find_key(secrets.pop(), at=at)
        except services.UnknownKey:
            raise AuthenticationFailed("The key is unknown, expired or revoked.") from None
        services.note_use(key, at=at)
        structlog.contextvars.bind_contextvars(key=key.prefix)
        return key, key

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        """Say in a 401 what would be let in."""
        return 'Bearer realm="LearnTrace"'


def _secrets(request: Request) -> set[str]:
    secrets = set()
    if (value := request.headers.get("X-API-Key")) is not None:
        secrets.add(value.strip())
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == _BEARER:
        secrets.add(value.strip())
    return secrets


class RosterBackend(ModelBackend):
    """Django's own, knowing of whoever comes back how far they may look."""

    def get_user(self, user_id: Any) -> User | None:
        """Return the person of a session; None where they may no longer log in."""
        user = User.objects.with_reach().filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None


class LoginAuthentication(SessionAuthentication):
    """The session of somebody who logged in; checks CSRF, as only cookies need it."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """Return who logged in; None where nobody did."""
        found = super().authenticate(request)
        if found is not None:
            structlog.contextvars.bind_contextvars(user=found[0].pk.hex)
        return found


# Asked by axes, which counts failed logins.


def login_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str | None:
    """Return the username to count by: folded, as it is looked up."""
    name = credentials.get("username") if credentials else request.POST.get("username")
    return fold_username(name) if isinstance(name, str) else None


def client_address(request: HttpRequest) -> str:
    """Return the caller's address, believing as many proxies as TRUSTED_PROXIES says."""
    remote = str(request.META.get("REMOTE_ADDR", ""))
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop]
    proxies: int = settings.TRUSTED_PROXIES
    if not proxies or not hops:
        return remote
    return hops[-min(proxies, len(hops))]
