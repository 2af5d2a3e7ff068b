"""The longest password that can be set; the API and imports take no longer ones."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_PASSWORD_LENGTH = 1024


class MaximumLengthValidator:
    """Rejects passwords that nobody could log in with."""

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ARG002
        """Raise ValidationError if a password is too long."""
        if len(password) > MAX_PASSWORD_LENGTH:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        """Return the rule."""
        text: str = _("Your password can have at most {length} characters.")
        return text.format(length=MAX_PASSWORD_LENGTH)
