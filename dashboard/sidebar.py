"""The sidebar of the admin site: six pages for coaches, above the lists of all records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

SECTIONS = (
    (_("Learners"), "roster", "User"),
    (_("Skills"), "analytics", "SkillState"),
    (_("Items"), "analytics", "ItemMemory"),
    (_("Assignments"), "roster", "Lesson"),
    (_("Exports"), "roster", "Export"),
)


@dataclass(frozen=True, kw_only=True)
class Section:
    """One entry of the sidebar."""

    label: Any
    url: str
    is_current: bool


def sidebar_sections(apps: Iterable[Mapping[str, Any]], path: str) -> list[Section]:
    """Return the front page, and the lists that the viewer may see.

    Parameters
    ----------
    apps : the apps and models that the viewer may see, as of `AdminSite.get_app_list`.
    path : of the current page.
    """
    urls = {
        (app["app_label"], model["object_name"]): model["admin_url"]
        for app in apps
        for model in app["models"]
    }
    front = reverse("admin:index")
    return [
        Section(label=_("Class"), url=front, is_current=path == front),
        *(
            Section(label=label, url=url, is_current=path.startswith(url))
            for label, app, model in SECTIONS
            if (url := urls.get((app, model)))
        ),
    ]
