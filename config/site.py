"""The admin site: Django's own lists, and the coach's pages in front of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, cast
from uuid import UUID

from django.db.models.functions import Left
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext_lazy as _

import analytics.coaching.urls
import logger.coaching.urls
from analytics.coaching.front import FrontPage
from logger import coaching
from roster.coaching import CoachSite
from study.models import LearningItem

MOST_OF_A_QUESTION = 80


def questions(items: Collection[UUID]) -> Mapping[UUID, str]:
    """Return the beginning of what learning items ask."""
    asking = LearningItem.objects.filter(item__in=items).exclude(question=None)
    return dict(asking.values_list("item", Left("question", MOST_OF_A_QUESTION)))


class LearnTraceSite(CoachSite):
    """Begins with the coach's front page; an app's pages are in its `coaching` package."""

    site_header = _("LearnTrace")
    site_title = _("LearnTrace")
    index_title = _("Learners and their work")
    learner_sections = coaching.learner_sections
    item_sections = coaching.item_sections
    item_namers = (questions,)

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """Put the coach's pages before Django's, whose last pattern catches everything."""
        pages = [*analytics.coaching.urls.pages(self), *logger.coaching.urls.pages(self)]
        return [*pages, *super().get_urls()]

    def index(
        self,
        request: HttpRequest,
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> TemplateResponse:
        """Show the coach's front page, with Django's list of tables at its end."""
        return cast("TemplateResponse", FrontPage.as_view(site=self)(request))
