"""Form of an item's title, text and link, for admins of its facility."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics import labels
from analytics.models import Item, ItemText
from analytics.services.item_texts import change_item_texts
from dashboard.views.base import Breadcrumb, CoachPage
from infra.admin.html import detail_url
from infra.identifiers import has_control
from roster.services.permissions import manages


class ItemTextsForm(forms.ModelForm[ItemText]):
    """The texts of an item."""

    # The link is checked as an address of the web, and nothing else.
    url = forms.URLField(
        label=gettext_lazy("Link into the app"),
        max_length=2000, required=False, assume_scheme="https",
        help_text=gettext_lazy("An address that starts with http:// or https://."),
    )  # fmt: skip

    class Meta:
        model = ItemText
        fields = ["title", "text", "url"]
        labels = {"title": gettext_lazy("Short title"), "text": gettext_lazy("Question")}
        help_texts = {
            "text": gettext_lazy(
                "What you write here stays, whatever apps send. Empty: the text that apps send."
            )
        }
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}

    def clean(self) -> dict[str, Any]:
        """Normalize the texts as those of the API."""
        values = super().clean() or {}
        for name, value in values.items():
            values[name] = unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip()
            if has_control(value):
                message = _("Control characters are not allowed.")
                raise ValidationError({name: message})
        return values


class ItemTextsPage(CoachPage):
    """The form of the texts of an item."""

    template_name = "dashboard/item_texts.html"

    @cached_property
    def item(self) -> Item:
        """The item.

        Raises
        ------
        Http404 : there is no such item, or the viewer is not an admin of its facility.
        """
        item = Item.objects.select_related("texts").filter(pk=self.kwargs["item"]).first()
        if item is None or not manages(self.viewer, item.facility_id):
            raise Http404
        return item

    @property
    def _texts(self) -> ItemText:
        return getattr(self.item, "texts", None) or ItemText(item=self.item)

    def page_context(self) -> dict[str, Any]:
        """Return the form."""
        url = detail_url("coach_item", self.item.pk)
        return {
            "title": _("Title, text and link"),
            "crumbs": [Breadcrumb(label=labels.item_name(str(self.item)), url=url)],
            "about": [labels.item_name(str(self.item))],
            "form": ItemTextsForm(instance=self._texts),
        }

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Save the texts."""
        form = ItemTextsForm(request.POST, instance=self._texts)
        if not form.is_valid():
            context = {**self.get_context_data(**kwargs), "form": form}
            return self.render_to_response(context)
        change_item_texts(self.item, form.cleaned_data, actor=self.viewer)
        messages.success(request, _("The texts are saved."))
        return HttpResponseRedirect(str(detail_url("coach_item", self.item.pk)), status=303)
