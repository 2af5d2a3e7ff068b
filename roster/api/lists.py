"""Base view of lists of learners' records, whose statements are compiled once per shape."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar, cast

from django.db.models import QuerySet
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from infra.api.filters import CompilableFilterSet
from infra.db.compiled_lists import (
    MAX_SHAPES,
    CompiledList,
    CompiledRows,
    Shape,
    bindings,
    placeholders,
    shape_of,
)
from roster.models import Actor, actor_values


class CompiledListView(GenericAPIView[Any]):
    """A list of what the caller may read; kinds of callers and sets of filters have a statement."""

    filterset_class: ClassVar[type[CompilableFilterSet]]

    @classmethod
    def visible_rows(cls, actor: Actor) -> QuerySet[Any, Any]:
        """Return the ordered rows an actor may read; the values of the actor are placeholders."""
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any, Any]:
        """Return the rows the caller may read."""
        return self.visible_rows(cast("Actor", self.request.user))

    def filtered_rows(self) -> CompiledRows:
        """Return the rows that the query asks for."""
        actor = actor_values(cast("Actor", self.request.user))
        values = {"actor": actor, **self.filterset_class.parse(self.request)}
        return CompiledRows(_compile(type(self), shape_of(values)), bindings(values))

    def list(self, request: Request) -> Response:  # noqa: ARG002
        """Return the requested page."""
        write = self.get_serializer().to_representation
        page = self.paginate_queryset(self.filtered_rows()) or []  # type: ignore[arg-type]
        return self.get_paginated_response([write(row) for row in page])


@lru_cache(MAX_SHAPES)
def _compile(view: type[CompiledListView], shape: Shape) -> CompiledList:
    values = placeholders(shape)
    actor = values.pop("actor").to_actor()
    return CompiledList(view.filterset_class.apply(view.visible_rows(actor), values, actor))
