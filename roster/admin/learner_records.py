"""What every admin page of learners' records rests on: read-only, scoped, never counting all."""

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

# Of so many learners each one's own rows are looked up.
MAX_LEARNERS_BY_ID = 40


class VisibleLearnersAdmin(KeysetAdmin[M]):
    """A window, not a door: shows staff the records of learners they may read.

    Attributes
    ----------
    learner : the column of the learner.
    facility : the column of the facility, where there is one.
    item_search_field : what finds items whose name begins with a word; None: there are none.
    """

    # Django searches only where something is named; `get_search_results` says what.
    search_fields = ("learner",)
    search_help_text = _("Name, username or id")

    learner: ClassVar[str] = "user"
    facility: ClassVar[str | None] = None
    item_search_field: ClassVar[str | None] = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        """Return what `visible_to` lets the viewer see."""
        rows: Any = self.model._default_manager
        visible: QuerySet[M] = rows.visible_to(request.user)
        return visible.order_by(*self.get_ordering(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        """Return the rows of learners who are called so, and of items that begin so."""
        word = search_term.strip()
        if not word:
            return queryset, False
        viewer = cast("User", request.user)
        found = self._of_people_matching(word, viewer)
        if self.item_search_field is not None:
            found |= self.items_starting_with(word, viewer)
        return queryset.filter(found), False

    def _of_people_matching(self, word: str, viewer: User) -> Q:
        """Return a condition on the learner that the database can plan for.

        Few are named one by one, and their own rows looked up. Of many something will turn up
        soon among the newest rows.
        """
        people = User.objects.visible_to(viewer).search(word)
        found = keys_or_subquery(people)
        if not isinstance(found, list) or len(found) > MAX_LEARNERS_BY_ID:
            return Q(**{f"{self.learner}__in": found})
        few = User.objects.filter(pk__in=found)
        return self.learners_among(few) if found else Q(pk__in=[])

    def items_starting_with(self, word: str, viewer: User) -> Q:  # noqa: ARG002
        """Return a condition on the item."""
        return Q(**{f"{self.item_search_field}__startswith": word})

    def learners_among(self, learners: QuerySet[User]) -> Q:
        """Return a condition on the learner: one of a few."""
        return Q(**{f"{self.learner}__among": learners})

    def in_facility(self, key: UUID) -> dict[str, Any]:
        """Return what rows of a facility have."""
        if self.facility:
            return {self.facility: key}
        return {f"{self.learner}__in": User.objects.in_facility(key)}

    def display_of_relation(self, field: ForeignKey[Any, Any]) -> Display | None:
        """Link learners to their own page."""
        return learner_link if field.related_model is User else super().display_of_relation(field)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the app to all staff."""
        return is_staff(request)

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:  # noqa: ARG002
        """Let all staff look; the queryset decides at what."""
        return self.has_module_permission(request)
