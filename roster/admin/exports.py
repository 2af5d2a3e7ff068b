"""Admin of the viewer's own background exports: their progress and files."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from infra.admin.html import moment
from infra.admin.model_admins import FormListAdmin, ReadOnlyAdmin
from infra.admin.quantities import percent
from infra.exports import storage
from infra.exports.models import Export, ExportState
from infra.exports.responses import as_file
from infra.identifiers import parse_uuid
from roster.admin.permission_digest import permission_digest
from roster.admin.permissions import is_staff
from roster.models import User

REFRESH_SECONDS = 5
PERMISSIONS_CHANGED = gettext_noop(
    "Your permissions have changed since the file was created. Request the file again."
)


@admin.register(Export)
class ExportAdmin(FormListAdmin[Export], ReadOnlyAdmin[Export]):
    """Admin of the viewer's own background exports: their progress and files."""

    list_display = ["what", "format", "how_far", "asked", "file"]
    list_display_links = ["what"]
    ordering = ["-id"]
    sortable_by = ()
    fields: ClassVar[Any] = ["what", "format", "how_far", "asked", "file"]
    readonly_fields = (*fields,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Export]:
        """Return the viewer's own exports, for superusers too."""
        return Export.objects.requested_by(cast("User", request.user)).order_by(*self.ordering)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the section to all staff."""
        return is_staff(request)

    def has_view_permission(self, request: HttpRequest, obj: Export | None = None) -> bool:  # noqa: ARG002
        """Allow all staff to view their exports."""
        return self.has_module_permission(request)

    def get_urls(self) -> list[URLPattern]:
        """Put the download URL before the object URLs."""
        view = self.admin_site.admin_view(self.download_view)
        name = "roster_export_download"
        return [path("<path:object_id>/download/", view, name=name), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show the progress of an export, and refresh the page until it is finished."""
        response = super().change_view(request, object_id, form_url, extra_context)
        export = self.get_object(request, object_id)
        if export is not None and not export.is_finished:
            response["Refresh"] = str(REFRESH_SECONDS)
        return response

    def download_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Send the file to the user who requested the export."""
        key = parse_uuid(object_id)
        own = self.get_queryset(request).filter(state=ExportState.READY).select_related("user")
        export = own.filter(pk=key).first() if key else None
        if export is None:
            raise Http404
        if export.rights != permission_digest(export.user):
            return self._refuse_download(request, export)
        try:
            file = storage.result_path(export).open("rb")
        except FileNotFoundError:
            raise Http404 from None
        return as_file(FileResponse(file), export)

    def _refuse_download(self, request: HttpRequest, export: Export) -> HttpResponseBase:
        """Delete the file and show why; it does not come back with the permissions."""
        storage.remove(export)
        export.fail(PERMISSIONS_CHANGED, at=timezone.now())
        export.save()
        response: HttpResponseBase = self.change_view(request, str(export.pk))
        response.status_code = 403
        return response

    @admin.display(description=gettext_lazy("List"))
    def what(self, export: Export) -> str:
        """Return the title of the exported list."""
        return export.title

    @admin.display(description=gettext_lazy("State"))
    def how_far(self, export: Export) -> str:
        """Describe the progress, or the error."""
        if export.state == ExportState.FAILED:
            return _("failed: %(error)s") % {"error": _(export.error)}
        if not export.is_finished and storage.is_short_of_space():
            return _("waiting for free space on the disk of the server")
        details = {"state": export.get_state_display(), "rows": number_format(export.rows, 0)}
        if export.state == ExportState.READY or export.part is None:
            return _("%(state)s, %(rows)s rows") % details
        return _("%(state)s, %(rows)s rows, %(share)s") % {**details, "share": percent(export.part)}

    @admin.display(description=gettext_lazy("Requested"))
    def asked(self, export: Export) -> SafeString:
        """Format the time of the request."""
        return moment(export.created_at)

    @admin.display(description=gettext_lazy("File"))
    def file(self, export: Export) -> SafeString | str:
        """Link to the file, which is stored for a day."""
        if export.state != ExportState.READY:
            return ""
        url = reverse("admin:roster_export_download", args=[export.pk])
        return format_html('<a href="{}" class="download">{}</a>', url, export.file_name)
