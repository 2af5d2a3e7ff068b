"""Everything stored about one learner, for admins of the facility: its export and erasure."""

from __future__ import annotations

import tempfile
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.learner_export import export_learner
from dashboard.views.base import CoachPage, visible_learner
from infra.exports import storage
from roster.models import User
from roster.services.people import remove_person
from roster.services.permissions import InvalidField, NotAllowed, UnknownRow, require_can_change


def can_export(request: HttpRequest, learner: User) -> bool:
    """Return whether the viewer is an admin of the learner's facility."""
    # The admins of the package are registered after this site, and the result is cached there.
    from roster.admin.permissions import can_manage_facility  # noqa: PLC0415

    return can_manage_facility(request, learner.facility_id)


class ExportLearnerView(CoachPage):
    """Sends the file with everything about a learner."""

    http_method_names = ["post"]

    def post(self, _request: HttpRequest, learner: UUID) -> HttpResponseBase:
        """Make the file; coaches who see the learner but are no admins get a 403."""
        person = visible_learner(self.viewer, learner, related=["facility"])
        try:
            require_can_change(self.viewer, person)
        except NotAllowed:
            raise PermissionDenied from None
        file = tempfile.TemporaryFile(dir=storage.folder())  # noqa: SIM115  # closed with the response
        try:
            export_learner(person, file, actor=self.viewer)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=f"learner-{person.pk.hex}.zip")


class EraseLearnerView(CoachPage):
    """Deletes a learner with everything about them."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, learner: UUID) -> HttpResponseBase:
        """Erase the learner, if that is confirmed, and return to the front page."""
        visible_learner(self.viewer, learner)
        if not request.POST.get("confirmed"):
            raise BadRequest("The erasure is not confirmed.")
        try:
            remove_person(learner, actor=self.viewer)
        except UnknownRow:
            raise Http404 from None
        except (InvalidField, NotAllowed):
            raise PermissionDenied from None
        messages.success(request, _("The learner is erased."))
        response = HttpResponseRedirect(reverse("admin:index"))
        response.status_code = 303
        return response
