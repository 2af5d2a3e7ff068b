"""Views of login sessions and learner tokens: `/api/auth/session`, `/api/auth/token`."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from axes.helpers import get_lockout_response
from django.conf import settings
from django.contrib.auth import authenticate, login
from django.http import HttpResponseBase
from django.middleware.csrf import get_token
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from infra.api.bodies import decode
from infra.api.throttling import LoginThrottle
from roster import services
from roster.authentication import SECOND_FACTOR_REQUIRED
from roster.logins import complete_login, is_refused
from roster.models import Actor, ApiKey, User
from roster.permissions import HasScope, IsKey
from roster.serializers import (
    Login,
    SessionSerializer,
    TokenRequest,
    TokenSerializer,
    session_body,
)
from roster.services import second_factors

#: Cookies stay: that of the session is deleted, and the device remains known.
CLEARED_ON_LOGOUT = '"cache", "storage"'


class SessionsView(APIView):
    """Login."""

    permission_classes = []
    throttle_classes = [LoginThrottle]

    def get_authenticators(self) -> list:  # type: ignore[type-arg]
        """Ignore login cookies; the first authenticator still sets the header of a 401."""
        return super().get_authenticators()[:1]

    @extend_schema(request=Login, responses=SessionSerializer)
    def post(self, request: Request) -> HttpResponseBase:
        """Log in: return the session and set its cookie."""
        _refuse_foreign_origin(request)
        body = decode(request.data, Login)
        user = authenticate(request._request, **body.credentials)
        if is_refused(request._request):
            lockout: HttpResponseBase = get_lockout_response(request._request)
            return lockout
        if not isinstance(user, User):
            raise AuthenticationFailed("Wrong username or password.")
        _check_second_factor(user, body.code)
        login(request._request, user)
        response = Response(session_body(user))
        complete_login(request._request, response, user, shared=body.shared_computer)
        return response


class TokensView(APIView):
    """Learner tokens, for browsers and apps that must not hold a facility's key."""

    permission_classes = [IsKey, HasScope]

    @extend_schema(request=TokenRequest, responses=TokenSerializer)
    def post(self, request: Request) -> Response:
        """Create a token that acts like the learner's own login, with the scopes of the key."""
        body = decode(request.data, TokenRequest)
        token, expires_at = services.issue_token(
            cast("ApiKey", request.auth),
            body.user_id,
            lifetime=timedelta(seconds=body.ttl),
            at=timezone.now(),
        )
        return Response({"token": token, "expires_at": expires_at})


class CurrentSessionView(APIView):
    """The session of the caller."""

    permission_classes = [HasScope]

    @extend_schema(responses=SessionSerializer)
    def get(self, request: Request) -> Response:
        """Return the current session; a guest is `anonymous`."""
        return Response(session_body(cast("Actor", request.user)))

    @extend_schema(request=None, responses=SessionSerializer)
    def put(self, request: Request) -> Response:
        """Set the CSRF cookie and return the current session."""
        get_token(request._request)
        return self.get(request)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Log out."""
        request._request.session.flush()
        return Response(status=204, headers={"Clear-Site-Data": CLEARED_ON_LOGOUT})


def _check_second_factor(user: User, code: str | None) -> None:
    try:
        if second_factors.check_login(user, code):
            raise PermissionDenied(
                second_factors.SecondFactorMissing.__doc__, code=SECOND_FACTOR_REQUIRED
            )
    except second_factors.SecondFactorNeeded as error:
        raise AuthenticationFailed(error.__doc__, code=SECOND_FACTOR_REQUIRED) from None
    except second_factors.WrongCode as error:
        raise AuthenticationFailed(error.__doc__, code="wrong_code") from None


def _refuse_foreign_origin(request: Request) -> None:
    """Reject foreign origins, so that other sites cannot log in visitors (contract 0.4)."""
    origin = request.headers.get("Origin")
    if origin is None:
        return
    own = f"{request.scheme}://{request.get_host()}"
    allowed = [own, *settings.CSRF_TRUSTED_ORIGINS, *settings.CORS_ALLOWED_ORIGINS]
    if not any(_matches(origin, pattern) for pattern in allowed):
        raise PermissionDenied("Logins from this origin are not allowed.")


def _matches(origin: str, pattern: str) -> bool:
    """Return whether an origin matches; ``https://*.example.org`` allows subdomains."""
    scheme, _, host = origin.partition("://")
    allowed_scheme, _, allowed_host = pattern.partition("://")
    if not allowed_host.startswith("*."):
        return origin == pattern
    return scheme == allowed_scheme and host.endswith(allowed_host[1:])
