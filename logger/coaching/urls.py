"""Where a coach's pages on what learners did are, all within the admin."""

from __future__ import annotations

from django.urls import URLPattern

from roster.coaching import CoachSite


def pages(site: CoachSite) -> list[URLPattern]:  # noqa: ARG001
    """Return the pages, for this site."""
    return []
