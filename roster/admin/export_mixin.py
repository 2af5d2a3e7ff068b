"""Admin lists that can be exported as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from infra.admin.changelists import QueryOnlyChangeList
from infra.admin.model_admins import ScopedAdmin
from infra.exports import Column, ListNotFound, ListQuery, LookupColumn
from infra.exports.models import Export, ExportFormat
from infra.exports.responses import as_file, workbook_file
from infra.exports.worker import NO_FILE
from infra.exports.writers import csv_file
from roster import services
from roster.admin.permission_digest import permission_digest
from roster.models import Facility, User
from roster.models.time_zones import zone_of_pages

log = structlog.get_logger(__name__)

M = TypeVar("M", bound=Model)

# Larger lists are exported in the background.
MAX_IMMEDIATE_ROWS = 50_000
# Limit of unfinished exports per person.
MAX_UNFINISHED_EXPORTS = 5


class ExportableAdmin(ScopedAdmin[M]):
    """Admin whose list, as searched and filtered, can be exported with all its pages."""

    export_columns: ClassVar[Sequence[Column | LookupColumn]] = ()
    # The path from a row to its facility, in whose audit log an export is recorded.
    export_facility: ClassVar[str | None] = "facility"

    def get_urls(self) -> list[URLPattern]:
        """Put the export URL before the object URLs, whose pattern would match it."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        view = self.admin_site.admin_view(self.export_view)
        return [path("export/", view, name=name), *super().get_urls()]

    def load_viewer(self, user_id: UUID) -> User | None:
        """Return the user who requested an export; None if they may no longer log in."""
        return User.objects.with_role_flags().filter(pk=user_id, is_active=True).first()

    def permission_digest(self, viewer: User) -> str:
        """Return a digest of the viewer's permissions."""
        return permission_digest(viewer)

    def can_export(self, request: HttpRequest) -> bool:
        """Return whether the viewer may see the list."""
        return bool(self.export_columns) and self.has_view_or_change_permission(request)

    def requested_rows(self, request: HttpRequest) -> QuerySet[M]:
        """Return all rows of the requested list."""
        query_only: Any = type("QueryOnly", (QueryOnlyChangeList, self.get_changelist(request)), {})
        rows: QuerySet[M] = query_only(
            request, self.model, self.get_list_display(request), (), self.get_list_filter(request),
            None, self.get_search_fields(request), self.get_list_select_related(request),
            self.list_per_page, self.list_max_show_all, (), self, (), self.search_help_text,
        ).queryset  # fmt: skip
        return rows

    def time_zone(self, request: HttpRequest) -> ZoneInfo:
        """Return the time zone in which the viewer sees the list."""
        return ZoneInfo(zone_of_pages(cast("User", request.user), request.GET))

    def export_queryset(self, rows: QuerySet[M]) -> QuerySet[M]:
        """Extend the queryset with the data that the columns need."""
        return rows

    def exported_facilities(self, viewer: User, rows: QuerySet[M]) -> list[UUID | None]:
        """Return the facilities of the rows of a list."""
        if self.export_facility is None:
            return []
        if not viewer.is_superuser and viewer.looks_beyond is False:
            return [viewer.facility_id]
        of_facility = rows.order_by().filter(**{self.export_facility: OuterRef("pk")})
        return list(Facility.objects.filter(Exists(of_facility)).values_list("pk", flat=True))

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Send the list as a file, or start a background export if it is large."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.can_export(request):
            raise PermissionDenied
        kind = request.POST.get("format")
        if kind not in ExportFormat.values:
            raise BadRequest("This format is not supported.")
        export = Export(
            user=cast("User", request.user),
            listing=self.opts.label_lower,
            title=str(self.opts.verbose_name_plural)[:100],
            query=request.META.get("QUERY_STRING", ""),
            format=kind,
            created_at=timezone.now(),
        )
        return self._export(request, export)

    def _export(self, request: HttpRequest, export: Export) -> HttpResponseBase:
        try:
            listing = ListQuery.for_viewer(self, export.user, export.query)
        except ListNotFound:
            raise BadRequest("The filters are invalid.") from None
        number = listing.count(MAX_IMMEDIATE_ROWS + 1)
        facilities = self.exported_facilities(export.user, listing.rows)
        if number > MAX_IMMEDIATE_ROWS:
            return _export_in_background(request, export, facilities)
        if export.format == ExportFormat.CSV:
            chunks = csv_file(listing.headings(), listing)
            response: HttpResponseBase = StreamingHttpResponse(chunks)
        else:
            try:
                response = FileResponse(workbook_file(listing))
            except OSError:
                log.exception("export_failed", listing=export.listing)
                messages.error(request, _(NO_FILE))
                back = reverse(f"admin:{export.listing.replace('.', '_')}_changelist")
                return HttpResponseRedirect(f"{back}?{export.query}")
        services.record_export(export, rows=number, facilities=facilities)
        return as_file(response, export)


def _export_in_background(
    request: HttpRequest, export: Export, facilities: list[UUID | None]
) -> HttpResponseBase:
    """Leave a large export to the job and redirect to the page with its progress."""
    own = Export.objects.requested_by(export.user)
    if own.unfinished().count() >= MAX_UNFINISHED_EXPORTS:
        text = _(
            "Some of your exports are still being created. Wait until they are finished, then try"
            " again."
        )
        messages.error(request, text)
        return HttpResponseRedirect(reverse("admin:roster_export_changelist"))
    with transaction.atomic():
        export.save(force_insert=True)
        services.record_export(export, rows=None, facilities=facilities)
    return HttpResponseRedirect(reverse("admin:roster_export_change", args=[export.pk]))
