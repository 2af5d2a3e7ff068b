"""Names of controls that have none beside them, for whoever hears a page."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.widgets import AdminSplitDateTime
from django.forms import BaseInlineFormSet, Field, Form
from django.utils.text import capfirst
from django.utils.translation import gettext as _


class LabelledFormSet(BaseInlineFormSet[Any, Any, Any]):
    """Rows of controls under the heads of a table, which name none of them."""

    def add_fields(self, form: Form, index: int | None) -> None:
        """Name each control as its column is."""
        super().add_fields(form, index)
        for field in form.fields.values():
            label(field)


def label(field: Field) -> None:
    """Name a control by the field's label, and each half of a moment after it."""
    widget: Any = field.widget
    name = capfirst(str(field.label or ""))
    if isinstance(widget, AdminSplitDateTime):
        for part, half in zip(widget.widgets, (_("date"), _("time")), strict=True):
            part.attrs["aria-label"] = f"{name}: {half}"
    else:
        # Around a choice of rows Django puts links to add one.
        getattr(widget, "widget", widget).attrs.setdefault("aria-label", name)
