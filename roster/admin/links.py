"""Links from admin lists to the pages of learners."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from infra.admin.html import page_link
from roster.models import User


def learner_link(learner: User | None) -> SafeString:
    """Return the learner's name as a link to their page, or plain text for a guest."""
    if learner is None:
        return format_html('<span class="quiet">{}</span>', _("a guest"))
    return page_link(learner, "coach_learner", learner.pk)
