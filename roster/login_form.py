"""The login form of staff and learners."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from roster.models import Facility, User
from roster.services import second_factors


class LoginForm(AuthenticationForm):
    """A login form that offers a facility where there are several."""

    facility = forms.ModelChoiceField(
        Facility.objects.order_by("name", "pk"),
        required=False,
        label=_("Facility"),
        help_text=_("Needed if people of several facilities have the same username."),
    )

    code = forms.CharField(
        required=False,
        label=_("Code"),
        max_length=20,
        help_text=_("Only if your account has a second factor: of your app, or a recovery code."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )

    shared_computer = forms.BooleanField(
        required=False,
        label=_("This is a shared computer"),
        help_text=_(
            "You are logged out when the browser is closed, and the computer is not remembered."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(Facility.objects.values("pk")[:2]) < 2:
            del self.fields["facility"]
        if not second_factors.is_in_use():
            del self.fields["code"]

    def clean(self) -> dict[str, Any]:
        """Authenticate like Django's form, within the chosen facility if there is one."""
        values: dict[str, Any] = self.cleaned_data
        username, password = values.get("username"), values.get("password")
        if username is not None and password and "facility" not in self.errors:
            facility = values.get("facility")
            user = authenticate(
                self.request,
                username=username,
                password=password,
                facility=facility and facility.pk,
            )
            if not isinstance(user, User):
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(user)
            self._check_code(user, values.get("code"))
            self.user_cache = user
        return values

    def _check_code(self, user: User, code: str | None) -> None:
        try:
            # The view of the login limits the session.
            self.request.second_factor_missing = second_factors.check_login(user, code)  # type: ignore[union-attr]
        except second_factors.SecondFactorNeeded:
            text = _("Enter the code of your second factor too.")
            raise forms.ValidationError(text, code="second_factor_required") from None
        except second_factors.WrongCode:
            text = _("The code is wrong. Wait for the next one, then try again.")
            raise forms.ValidationError(text, code="wrong_code") from None
