"""Base class of admin pages of learners' records: read-only, scoped, without full counts."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

from django.db.models import ForeignKey, Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from infra.admin.filters import keys_or_subquery
from infra.admin.keyset_admin import Display, KeysetAdmin
from roster.admin.links import learner_link
from roster.admin.permissions import is_staff
from roster.models import User

M = TypeVar("M", bound=Model)

# Up to this number of learners, rows are looked up by learner id.
MAX_LEARNERS_BY_ID = 40


class VisibleLearnersAdmin(KeysetAdmin[M]):
    """Read-only admin that shows staff the records of learners they may read.

    Attributes
    ----------
    learner : name of the column of the learner.
    facility : name of the column of the facility, or None.
    item_search_field : column searched for items by prefix, or None.
    """

    # Django shows the search box only if this is not empty; see `get_search_results`.
    search_fields = ("learner",)
    search_help_text = _("Name, username or id")

    learner: ClassVar[str] = "user"
    facility: ClassVar[str | None] = None
    item_search_field: ClassVar[str | None] = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        """Return the rows that `visible_to` allows the viewer."""
        rows: Any = self.model._default_manager
        visible: QuerySet[M] = rows.visible_to(request.user)
        return visible.order_by(*self.get_ordering(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        """Return the rows of learners matching the text and of items starting with it."""
        word = search_term.strip()
        if not word:
            return queryset, False
        viewer = cast("User", request.user)
        found = self._match_people(word, viewer)
        if self.item_search_field is not None:
            found |= self.items_starting_with(word, viewer)
        return queryset.filter(found), False

    def _match_people(self, word: str, viewer: User) -> Q:
        """Return a condition on the learner that the database can plan well.

        Few learners are listed by id, so that their rows are looked up. With many learners, a
        scan of the newest rows finds matches soon.
        """
        people = User.objects.visible_to(viewer).search(word)
        found = keys_or_subquery(people)
        if not isinstance(found, list) or len(found) > MAX_LEARNERS_BY_ID:
            return Q(**{f"{self.learner}__in": found})
        few = User.objects.filter(pk__in=found)
        return self.learners_among(few) if found else Q(pk__in=[])

    def items_starting_with(self, word: str, viewer: User) -> Q:  # noqa: ARG002
        """Return the condition for items that start with a word."""
        return Q(**{f"{self.item_search_field}__startswith": word})

    def learners_among(self, learners: QuerySet[User]) -> Q:
        """Return the condition that the learner is one of a few."""
        return Q(**{f"{self.learner}__among": learners})

    def in_facility(self, key: UUID) -> dict[str, Any]:
        """Return the lookup that selects the rows of a facility."""
        if self.facility:
            return {self.facility: key}
        return {f"{self.learner}__in": User.objects.in_facility(key)}

    def display_of_relation(self, field: ForeignKey[Any, Any]) -> Display | None:
        """Link learners to their own page."""
        return learner_link if field.related_model is User else super().display_of_relation(field)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the section to all staff."""
        return is_staff(request)

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:  # noqa: ARG002
        """Allow all staff; the queryset limits the rows."""
        return self.has_module_permission(request)
