"""Pages on which people who forgot their password get a link by e-mail, and set a new one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView

from infra import free_space
from infra.api import throttle_counter
from infra.identifiers import MAX_USERNAME_LENGTH, fold_username
from roster.models import Facility, User
from roster.services import password_resets as services


class ResetForm(forms.Form):
    """The username, and the facility where there are several."""

    username = forms.CharField(label=_("Username"), max_length=MAX_USERNAME_LENGTH)
    facility = forms.ModelChoiceField(
        Facility.objects.order_by("name", "pk"), required=False, label=_("Facility")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(Facility.objects.values("pk")[:2]) < 2:
            del self.fields["facility"]


class ResetPage(FormView[ResetForm]):
    """The form of those who forgot their password; the answer is the same for every username."""

    template_name = "password/reset.html"
    form_class = ResetForm
    http_method_names = ["get", "head", "post"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the form; the page gives other advice if the server sends no e-mails."""
        return {**super().get_context_data(**kwargs), "can_send": settings.EMAIL_IS_SET}

    def form_valid(self, form: ResetForm) -> HttpResponse:
        """Store the request, unless there were many for the username."""
        values = form.cleaned_data
        facility, name = values.get("facility"), fold_username(values["username"])
        free_space.require()
        if settings.EMAIL_IS_SET and throttle_counter.consume("password_reset", name) is None:
            services.request_reset(
                name,
                facility_id=facility and facility.pk,
                language=get_language() or settings.LANGUAGE_CODE,
                at=timezone.now(),
            )
        return self.render_to_response(self.get_context_data(is_done=True))


class AuditedPasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """Django's form of a new password; the change ends the sessions and is audited."""

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002  # as Django's form
        """Save the password."""
        user: User = super().save(commit=False)
        if commit:
            services.complete_reset(user)
        return user


class SetPasswordPage(PasswordResetConfirmView):
    """The page of a link: Django's, which moves the secret from the URL into the session."""

    template_name = "password/set.html"
    form_class = AuditedPasswordForm
    success_url = reverse_lazy("password_reset_done")

    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Send no referrer, and store nothing while the disk is nearly full."""
        if self.request.method == "POST":
            free_space.require()
        response = super().dispatch(*args, **kwargs)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response
