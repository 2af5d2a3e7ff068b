"""Everything stored about one learner, for admins of the facility: its export."""

from __future__ import annotations

import tempfile
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponseBase

from dashboard.learner_export import export_learner
from dashboard.views.base import CoachPage, visible_learner
from infra.exports import storage
from roster.models import User


def can_export(request: HttpRequest, learner: User) -> bool:
    """Return whether the viewer is an admin of the learner's facility."""
    # The admins of the package are registered after this site, and the result is cached there.
    from roster.admin.permissions import can_manage_facility  # noqa: PLC0415

    return can_manage_facility(request, learner.facility_id)


class ExportLearnerView(CoachPage):
    """Sends the file with everything about a learner."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, learner: UUID) -> HttpResponseBase:
        """Make the file; coaches who see the learner but are no admins get a 403."""
        person = visible_learner(self.viewer, learner, related=["facility"])
        if not can_export(request, person):
            raise PermissionDenied
        file = tempfile.TemporaryFile(dir=storage.folder())  # noqa: SIM115  # closed with the response
        try:
            export_learner(person, file, actor=self.viewer)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=f"learner-{person.pk.hex}.zip")
