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
    CompiledList,
    CompiledRows,
    Shape,
    bindings,
    placeholders,
    shape_of,
)
from roster.models import Actor, actor_from_values, actor_values

# Kinds of callers times sets of filters; a statement takes about 20 kB for each connection.
MAX_SHAPES = 256


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
        actor = cast("Actor", self.request.user)
        of_actor = actor_values(actor)
        filters = self.filterset_class.parse(self.request)
        kind = cast("Any", actor.__class__)
        compiled = _compile(type(self), kind, shape_of(of_actor), shape_of(filters))
        return CompiledRows(compiled, bindings({**of_actor, **filters}))

    def list(self, request: Request) -> Response:  # noqa: ARG002
        """Return the requested page."""
        write = self.get_serializer().to_representation
        page = self.paginate_queryset(self.filtered_rows()) or []  # type: ignore[arg-type]
        return self.get_paginated_response([write(row) for row in page])


@lru_cache(MAX_SHAPES)
def _compile(
    view: type[CompiledListView], kind: type[Actor], actor_shape: Shape, filters: Shape
) -> CompiledList:
    actor = actor_from_values(kind, placeholders(actor_shape))
    rows = view.visible_rows(actor)
    return CompiledList(view.filterset_class.apply(rows, placeholders(filters), actor))
