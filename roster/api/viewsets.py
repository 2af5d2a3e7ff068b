"""What all rows of the roster share over HTTP: read by visibility, written by the registrar."""

from __future__ import annotations

from typing import Any, TypeVar, cast
from uuid import UUID

from django.db.models import Model
from django.http import Http404, HttpResponse
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from infra.identifiers import parse_uuid
from roster.models import Actor
from roster.permissions import HasRosterScope

M = TypeVar("M", bound=Model)


class TextOrNothing(serializers.CharField):
    """A text that may be missing: null to us, empty to clients, either from them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_blank=True, allow_null=True, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Read a text, or None for an empty one."""
        return super().run_validation(data) or None

    def get_attribute(self, instance: Any) -> str:
        """Write nothing as an empty text."""
        return super().get_attribute(instance) or ""


class RosterViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[M]):
    """Rows of one kind.

    What a caller may not see does not exist for them; whether they may change what they see,
    the registrar decides after the body is checked.
    """

    permission_classes = [IsAuthenticated, HasRosterScope]

    @property
    def actor(self) -> Actor:
        """Who calls."""
        return cast("Actor", self.request.user)

    def add(self, fields: Any) -> UUID:
        """Write a new row; return its id."""
        raise NotImplementedError

    def change(self, pk: UUID, fields: Any) -> None:
        """Write to a row."""
        raise NotImplementedError

    def remove(self, pk: UUID) -> None:
        """Delete a row."""
        raise NotImplementedError

    def get_object(self) -> M:
        """Return the row of the path."""
        return self._visible(self._key())

    def create(self, request: Request) -> HttpResponse:
        """Create one."""
        return self.created(request)

    def update(self, request: Request, pk: str) -> HttpResponse:  # noqa: ARG002
        """Replace one."""
        return self.changed(request)

    def partial_update(self, request: Request, pk: str) -> HttpResponse:  # noqa: ARG002
        """Change what is sent of one."""
        return self.changed(request, partial=True)

    def destroy(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Delete one."""
        self.remove(self._key())
        return Response(status=204)

    def created(self, request: Request) -> Response:
        """Create a row and answer it."""
        pk = self.add(self._checked(request))
        return Response(self._body(pk), status=201)

    def changed(self, request: Request, *, partial: bool = False) -> Response:
        """Change the row of the path and answer it."""
        fields, key = self._checked(request, partial=partial), self._key()
        self.change(key, fields)
        return Response(self._body(key))

    def _checked(self, request: Request, *, partial: bool = False) -> Any:
        serializer = self.get_serializer(data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def _body(self, pk: UUID) -> Any:
        return self.get_serializer(self._visible(pk)).data

    def _visible(self, pk: UUID) -> M:
        row = self.get_queryset().filter(pk=pk).first()
        if row is None:
            raise Http404
        return row

    def _key(self) -> UUID:
        key = parse_uuid(self.kwargs["pk"])
        if key is None:
            raise Http404
        return key
