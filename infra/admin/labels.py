"""Accessible names (`aria-label`) of form controls that have no visible label."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.widgets import AdminSplitDateTime
from django.forms import BaseInlineFormSet, Field, Form
from django.utils.text import capfirst
from django.utils.translation import gettext as _


class LabelledFormSet(BaseInlineFormSet[Any, Any, Any]):
    """An inline formset shown as a table; each control gets its column's label as `aria-label`."""

    def add_fields(self, form: Form, index: int | None) -> None:
        """Add the fields of a form, and label each of them."""
        super().add_fields(form, index)
        for field in form.fields.values():
            label(field)


def label(field: Field) -> None:
    """Set a control's `aria-label` to the field's label; date and time inputs get one each."""
    widget: Any = field.widget
    name = capfirst(str(field.label or ""))
    if isinstance(widget, AdminSplitDateTime):
        for part, half in zip(widget.widgets, (_("date"), _("time")), strict=True):
            part.attrs["aria-label"] = f"{name}: {half}"
    else:
        # Django wraps the select of a relation in a widget with "add" and "change" links.
        getattr(widget, "widget", widget).attrs.setdefault("aria-label", name)
