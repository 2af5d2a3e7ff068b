"""What every admin page of learners' records rests on: read-only, scoped, never counting all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, ValidationError
from django.core.paginator import Paginator
from django.db.models import Field, FloatField, ForeignKey, JSONField, Model, Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from roster.admin_filters import FormFilter, listed
from roster.admin_lists import KeysetList
from roster.admin_rights import is_staff
from roster.cells import folded, person
from roster.coaching import link
from roster.models import User
from roster.templatetags.reading import duration, fraction

M = TypeVar("M", bound=Model)

# Of so many learners each one's own rows are looked up.
MOST_NAMED = 40
# What seconds are called once they are told as minutes and hours.
TIMES = {
    "time_spent": _("Time spent"), "seconds": _("Time"), "typical_seconds": _("Typical time"),
}  # fmt: skip


class CappedPaginator(Paginator[Any]):
    """Counts no further than a coach would leaf, so that a page costs the same in a big table."""

    MAX_COUNT = 10_000

    @cached_property
    def count(self) -> int:
        """The number of rows, or 10,000 where there are more."""
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[: self.MAX_COUNT].count())


def is_listed_filter(model_admin: admin.ModelAdmin[Any], lookup: str) -> bool:
    """Tell whether a changelist's address may ask this: the filters beside the list, no more.

    Django lets staff look up any field in any way, which lets them ask for regular expressions
    and relations nobody meant them to.
    """
    name, __, operator = lookup.partition("__")
    filters = model_admin.list_filter
    controls = [each for each in filters if isinstance(each, type) and issubclass(each, FormFilter)]
    if any(lookup in control.parameters for control in controls):
        return True
    return name in filters and operator in ("", "exact", "isnull")


class KeptAdmin(admin.ModelAdmin[M]):
    """Makes and changes what is removed through the API alone.

    Django's page would first bring every record that goes along, years of many learners' work;
    the API locks whom it concerns, and keeps from the admin whoever looks after nothing any more.
    """

    removal: ClassVar[str]

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:  # noqa: ARG002
        """Nothing is removed here."""
        return False

    def get_fieldsets(self, request: HttpRequest, obj: M | None = None) -> Any:
        """Say beside what is there already how it is removed."""
        [(name, options), *others] = super().get_fieldsets(request, obj)
        if obj is None or not self.has_change_permission(request, obj):
            return [(name, options), *others]
        return [(name, {**options, "description": self.removal}), *others]


class ReadOnlyAdmin(admin.ModelAdmin[M]):
    """Looks at what something else writes."""

    def has_add_permission(self, request: HttpRequest, obj: M | None = None) -> bool:  # noqa: ARG002
        """Nothing is made here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:  # noqa: ARG002
        """Nothing is changed here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:  # noqa: ARG002
        """Nothing is deleted here."""
        return False


class ScopedAdmin(admin.ModelAdmin[M]):
    """Whoever asks for what is not theirs is told that it is not there."""

    def _get_obj_does_not_exist_redirect(self, *_args: Any) -> Any:
        """Answer as of any address that leads nowhere; Django would lead back to the start."""
        raise Http404

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:  # noqa: ARG002
        """Allow the filters beside the list."""
        return is_listed_filter(self, lookup)

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *args: Any) -> Any:
        """Act on the chosen rows; Django would fail at a key that is none."""
        try:
            for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.to_python(key)
        except ValidationError:
            raise BadRequest("This is no row.") from None
        return super().response_action(request, queryset, *args)


class VisibleLearnersAdmin(ScopedAdmin[M], ReadOnlyAdmin[M]):
    """A window, not a door: shows staff the records of learners they may read.

    Attributes
    ----------
    learner : the column of the learner.
    facility : the column of the facility, where there is one.
    dated_by : the column by which days are chosen.
    list_without : columns a list leaves out.
    items_called : what finds items whose name begins with a word; None: there are none.
    """

    paginator = CappedPaginator
    show_full_result_count = False
    # Facets count everything, and any other order sorts everything.
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    list_per_page = 50
    empty_value_display = ""
    change_list_template = "admin/keyset_list.html"
    # Django searches only where something is named; `get_search_results` says what.
    search_fields = ("learner",)
    search_help_text = _("Name, username or id")

    learner: ClassVar[str] = "user"
    facility: ClassVar[str | None] = None
    dated_by: ClassVar[str] = "start_timestamp"
    list_without: ClassVar[Sequence[str]] = ()
    items_called: ClassVar[str | None] = None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetList]:  # noqa: ARG002
        """Lead on by places."""
        return KeysetList

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
        found = self._of_people_called(word, viewer)
        if self.items_called is not None:
            found |= self.items_beginning(word, viewer)
        return queryset.filter(found), False

    def _of_people_called(self, word: str, viewer: User) -> Q:
        """Return a condition on the learner that the database can plan for.

        Few are named one by one, and their own rows looked up. Of many something will turn up
        soon among the newest rows.
        """
        people = User.objects.visible_to(viewer).called(word)
        found = listed(people)
        if not isinstance(found, list) or len(found) > MOST_NAMED:
            return Q(**{f"{self.learner}__in": found})
        few = User.objects.filter(pk__in=found)
        return self.learners_among(few) if found else Q(pk__in=[])

    def items_beginning(self, word: str, viewer: User) -> Q:  # noqa: ARG002
        """Return a condition on the item."""
        return Q(**{f"{self.items_called}__startswith": word})

    def learners_among(self, learners: QuerySet[User]) -> Q:
        """Return a condition on the learner: one of a few."""
        return Q(**{f"{self.learner}__among": learners})

    def of_facility(self, key: UUID) -> dict[str, Any]:
        """Return what rows of a facility have."""
        if self.facility:
            return {self.facility: key}
        return {f"{self.learner}__in": User.objects.in_facility(key)}

    def complete_rows(self, rows: list[M]) -> None:
        """Bring what the rows of a page need besides, in one statement for all of them."""

    def page_of(self, row: M) -> str | None:  # noqa: ARG002
        """Return where a row is told of in full; None: on Django's own page."""
        return None

    def get_list_display(self, request: HttpRequest) -> Any:
        """Keep Django's page of a row in reach, where the row leads elsewhere."""
        columns = super().get_list_display(request)
        leads_elsewhere = type(self).page_of is not VisibleLearnersAdmin.page_of
        return [*columns, "record"] if leads_elsewhere else columns

    @admin.display(description=_("Record"))
    def record(self, row: M) -> SafeString:
        """Lead to all that is stored of a row."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_change"
        address, said = link(name, row.pk), gettext("all fields")
        return format_html('<a href="{}" title="{}" aria-label="{}">⋯</a>', address, said, said)

    def get_fields(self, request: HttpRequest, obj: M | None = None) -> Any:  # noqa: ARG002
        """Show every column there is; JSON folded, what no person can read left out."""
        columns = [field for field in self.model._meta.fields if field.editable]
        hidden = self.exclude or ()
        return [_shown(field) for field in columns if field.name not in hidden]

    def get_readonly_fields(self, request: HttpRequest, obj: M | None = None) -> Any:
        """Let nothing be changed."""
        return self.get_fields(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the app to all staff."""
        return is_staff(request)

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:  # noqa: ARG002
        """Let all staff look; the queryset decides at what."""
        return self.has_module_permission(request)


def _shown(field: Field[Any, Any]) -> str | Callable[[Any], Any]:
    """Return what shows a column on a page.

    The column itself, but for JSON, which is folded; seconds and other fractions; and rows of
    other tables, whose own page the viewer may not open.
    """
    show = _spelling(field)
    if show is None:
        return field.name

    @admin.display(description=TIMES.get(field.name) or capfirst(str(field.verbose_name)))
    def shown(row: Any) -> Any:
        return show(getattr(row, field.name))

    # By a column's name Django finds its explanation; that of seconds is "seconds".
    shown.__name__ = f"{field.name}_told" if field.name in TIMES else field.name
    return shown


def _spelling(field: Field[Any, Any]) -> Callable[[Any], Any] | None:
    if isinstance(field, JSONField):
        return folded
    if field.name in TIMES:
        return duration
    if isinstance(field, FloatField):
        return fraction
    if not isinstance(field, ForeignKey):
        return None
    other = admin.site._registry.get(field.related_model)  # noqa: SLF001
    if field.related_model is User:
        return person
    return None if isinstance(other, VisibleLearnersAdmin) else _name


def _name(row: Model | None) -> str:
    return "" if row is None else str(row)
