"""Links from the admin's lists to the pages of people."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from infra.admin.html import page_link
from roster.models import User


def learner_link(learner: User | None) -> SafeString:
    """Return a learner's name, leading to their page; guests have neither."""
    if learner is None:
        return format_html('<span class="quiet">{}</span>', _("a guest"))
    return page_link(learner, "coach_learner", learner.pk)
