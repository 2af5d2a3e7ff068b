"""Page with the thresholds of a facility's alerts: their effect is shown, then they are saved."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics import labels
from analytics.core.alerts import INACTIVE_DAYS, SPINNING_ANSWERS, Reason
from analytics.rows import thresholds_of
from analytics.services.thresholds import Preview, change_thresholds, preview_thresholds
from dashboard.views.base import Breadcrumb, CoachPage
from infra.admin.html import detail_url
from roster.models import Facility
from roster.services.permissions import manages


class ThresholdsForm(forms.ModelForm[Facility]):
    """The thresholds; an empty field stands for the default."""

    class Meta:
        model = Facility
        fields = Facility.THRESHOLD_FIELDS
        labels = {
            "plateau_certainty": gettext_lazy("Certainty of being stuck"),
            "inactive_days": gettext_lazy("Days without an answer"),
            "spinning_answers": gettext_lazy("Answers without reaching mastery"),
        }
        help_texts = {
            "plateau_certainty": gettext_lazy(
                "A probability from 0.5 to 0.99. Empty: the threshold fitted to the facility's"
                " answers; before the first fit 0.62."
            ),
            "inactive_days": gettext_lazy("From 1 to 365. Empty: {default}."),
            "spinning_answers": gettext_lazy("From 8 to 500. Empty: {default}."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        defaults = {"inactive_days": INACTIVE_DAYS, "spinning_answers": SPINNING_ANSWERS}
        for name, default in defaults.items():
            text = str(self.fields[name].help_text)
            self.fields[name].help_text = text.format(default=round(default))
        self.fields["plateau_certainty"].widget.attrs["step"] = "any"


class ThresholdsPage(CoachPage):
    """The form of the thresholds, for admins of the facility."""

    template_name = "dashboard/thresholds.html"

    @cached_property
    def facility(self) -> Facility:
        """The facility.

        Raises
        ------
        Http404 : there is no such facility, or the viewer is not its admin.
        """
        facility = Facility.objects.filter(pk=self.kwargs["facility"]).first()
        if facility is None or not manages(self.viewer, facility.pk):
            raise Http404
        return facility

    def page_context(self) -> dict[str, Any]:
        """Return the form, with the effect of its values after “Preview”."""
        return {
            "title": _("Thresholds of alerts"),
            "about": [self.facility],
            "crumbs": self._crumbs(),
            "form": ThresholdsForm(instance=self.facility),
        }

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the effect of the thresholds, or save them."""
        form = ThresholdsForm(request.POST, instance=Facility.objects.get(pk=self.facility.pk))
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(**kwargs, form=form))
        at = timezone.now()
        if request.POST.get("action") == "save":
            change_thresholds(self.facility, form.cleaned_data, actor=self.viewer, at=at)
            messages.success(request, _("The thresholds are saved; alerts are checked soon."))
            return HttpResponseRedirect(request.path, status=303)
        preview = preview_thresholds(self.facility, thresholds_of(form.instance), at=at)
        return self.render_to_response(
            self.get_context_data(form=form, preview=preview, kinds=_kinds(preview))
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the context of the page, with a submitted form instead of the saved values."""
        return {**super().get_context_data(), **kwargs}

    def _crumbs(self) -> list[Breadcrumb]:
        url = detail_url("roster_facility_change", self.facility.pk)
        lists = reverse("admin:roster_facility_changelist")
        return [
            Breadcrumb(label=_("Facilities"), url=lists),
            Breadcrumb(label=str(self.facility), url=url),
        ]


def _kinds(preview: Preview) -> list[tuple[str, int, int]]:
    """Return the name of each kind of alert, with the number of each effect."""
    names = {reason.name.lower(): str(labels.REASONS[reason]) for reason in Reason}
    return [
        (name, preview.saved.by_kind.get(kind, 0), preview.proposed.by_kind.get(kind, 0))
        for kind, name in names.items()
    ]
