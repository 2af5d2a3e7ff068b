"""Somebody's own large exports: how far they are, and their files."""

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
    "Your rights have changed since the file was made. Ask for it again."
)


@admin.register(Export)
class ExportAdmin(FormListAdmin[Export], ReadOnlyAdmin[Export]):
    """Somebody's own large exports: how far they are, and their files."""

    list_display = ["what", "format", "how_far", "asked", "file"]
    list_display_links = ["what"]
    ordering = ["-id"]
    sortable_by = ()
    fields: ClassVar[Any] = ["what", "format", "how_far", "asked", "file"]
    readonly_fields = (*fields,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Export]:
        """Return what they asked for themselves; superusers see no more."""
        return Export.objects.requested_by(cast("User", request.user)).order_by(*self.ordering)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show it to all staff."""
        return is_staff(request)

    def has_view_permission(self, request: HttpRequest, obj: Export | None = None) -> bool:  # noqa: ARG002
        """Let all staff look."""
        return self.has_module_permission(request)

    def get_urls(self) -> list[URLPattern]:
        """Put the files before the pages."""
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
        """Show how far one is, and look again as long as anything happens to it."""
        response = super().change_view(request, object_id, form_url, extra_context)
        export = self.get_object(request, object_id)
        if export is not None and not export.is_finished:
            response["Refresh"] = str(REFRESH_SECONDS)
        return response

    def download_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Send a file to the one who asked for it."""
        key = parse_uuid(object_id)
        own = self.get_queryset(request).filter(state=ExportState.READY).select_related("user")
        export = own.filter(pk=key).first() if key else None
        if export is None:
            raise Http404
        if export.rights != permission_digest(export.user):
            return self._refused(request, export)
        try:
            file = storage.result_path(export).open("rb")
        except FileNotFoundError:
            raise Http404 from None
        return as_file(FileResponse(file), export)

    def _refused(self, request: HttpRequest, export: Export) -> HttpResponseBase:
        """Say on its page why there is no file any more: rights that come back bring none back."""
        storage.remove(export)
        export.fail(PERMISSIONS_CHANGED, at=timezone.now())
        export.save()
        response: HttpResponseBase = self.change_view(request, str(export.pk))
        response.status_code = 403
        return response

    @admin.display(description=gettext_lazy("List"))
    def what(self, export: Export) -> str:
        """Say of what it is."""
        return export.title

    @admin.display(description=gettext_lazy("State"))
    def how_far(self, export: Export) -> str:
        """Say how far it is, or what went wrong."""
        if export.state == ExportState.FAILED:
            return _("failed: %(error)s") % {"error": _(export.error)}
        told = {"state": export.get_state_display(), "rows": number_format(export.rows, 0)}
        if export.state == ExportState.READY or export.part is None:
            return _("%(state)s, %(rows)s rows") % told
        return _("%(state)s, %(rows)s rows, %(share)s") % {**told, "share": percent(export.part)}

    @admin.display(description=gettext_lazy("Asked for"))
    def asked(self, export: Export) -> SafeString:
        """Say when it was asked for."""
        return moment(export.created_at)

    @admin.display(description=gettext_lazy("File"))
    def file(self, export: Export) -> SafeString | str:
        """Lead to the file, which is kept for a day."""
        if export.state != ExportState.READY:
            return ""
        url = reverse("admin:roster_export_download", args=[export.pk])
        return format_html('<a href="{}" class="download">{}</a>', url, export.file_name)
