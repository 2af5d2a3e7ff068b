"""Base viewset of the roster API: reads by visibility, writes through `roster.services`."""

from __future__ import annotations

from typing import Any, TypeVar, cast
from uuid import UUID

from django.db.models import Model
from django.http import Http404, HttpResponse
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from infra.identifiers import parse_uuid
from roster.models import Actor
from roster.permissions import HasRosterScope

M = TypeVar("M", bound=Model)


class RosterViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[M]):
    """Roster rows of one model.

    Rows that the caller may not see give 404. The services check the permission to change a row
    after the body is validated.
    """

    permission_classes = [IsAuthenticated, HasRosterScope]

    @property
    def actor(self) -> Actor:
        """The caller."""
        return cast("Actor", self.request.user)

    def add(self, fields: Any) -> UUID:
        """Save a new row and return its id."""
        raise NotImplementedError

    def change(self, pk: UUID, fields: Any) -> None:
        """Save changes of a row."""
        raise NotImplementedError

    def remove(self, pk: UUID) -> None:
        """Delete a row."""
        raise NotImplementedError

    def get_object(self) -> M:
        """Return the row named by the path."""
        return self._get_visible(self._parse_key())

    def create(self, request: Request) -> HttpResponse:
        """Create a record."""
        return self.create_row(request)

    def update(self, request: Request, pk: str) -> HttpResponse:  # noqa: ARG002
        """Replace a record."""
        return self.change_row(request)

    def partial_update(self, request: Request, pk: str) -> HttpResponse:  # noqa: ARG002
        """Change the given fields of a record."""
        return self.change_row(request, partial=True)

    def destroy(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Delete a record."""
        self.remove(self._parse_key())
        return Response(status=204)

    def create_row(self, request: Request) -> Response:
        """Create a row and respond with it."""
        pk = self.add(self._validate(request))
        return Response(self._serialize(pk), status=201)

    def change_row(self, request: Request, *, partial: bool = False) -> Response:
        """Change the row named by the path and respond with it."""
        fields, key = self._validate(request, partial=partial), self._parse_key()
        self.change(key, fields)
        return Response(self._serialize(key))

    def _validate(self, request: Request, *, partial: bool = False) -> Any:
        serializer = self.get_serializer(data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def _serialize(self, pk: UUID) -> Any:
        return self.get_serializer(self._get_visible(pk)).data

    def _get_visible(self, pk: UUID) -> M:
        row = self.get_queryset().filter(pk=pk).first()
        if row is None:
            raise Http404
        return row

    def _parse_key(self) -> UUID:
        key = parse_uuid(self.kwargs["pk"])
        if key is None:
            raise Http404
        return key
