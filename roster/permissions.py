"""Permissions by scope of an API key; `visible_to` decides which rows it sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from roster.models import ApiKey, Scope

if TYPE_CHECKING:
    from rest_framework.views import APIView


class IsKey(BasePermission):
    """Allow API keys only; guests get a 401."""

    message = "Only an API key may do this."

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        """Return whether the caller is a key."""
        return isinstance(request.auth, ApiKey)


class HasScope(BasePermission):
    """Require scope `read` or `write` of keys and tokens; logins and guests have no scopes."""

    message = "The key lacks the scope for this."
    to_write = Scope.WRITE

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        """Return whether the scopes of the key cover the request's method."""
        needed = Scope.READ if request.method in SAFE_METHODS else self.to_write
        return isinstance(request.user, AnonymousUser) or request.user.allows(needed)


class HasRosterScope(HasScope):
    """Require scope `read` to read the roster, and `admin` to change it."""

    to_write = Scope.ADMIN
