"""What a key's scopes let it do; whose data it then sees is for `visible_to`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from roster.models import ApiKey, Scope

if TYPE_CHECKING:
    from rest_framework.views import APIView


class IsKey(BasePermission):
    """Only keys may; guests are asked for one."""

    message = "Only an API key may do this."

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        """Tell whether a key calls."""
        return isinstance(request.auth, ApiKey)


class HasScope(BasePermission):
    """Keys need `read` to look and `write` to record; people and guests have no scopes."""

    message = "The key lacks the scope for this."
    to_write = Scope.WRITE

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        """Tell whether the key's scopes cover the request's method."""
        if not isinstance(request.auth, ApiKey):
            return True
        return request.auth.allows(Scope.READ if request.method in SAFE_METHODS else self.to_write)


class HasRosterScope(HasScope):
    """Keys need `read` to look at the roster and `admin` to change it."""

    to_write = Scope.ADMIN
