"""Titles of exercises' skills: those of their contents, until a person changes them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from analytics.models import Content, Skill
from infra.identifiers import parse_uuid


def content_titles(codes: Collection[str]) -> dict[str, str]:
    """Return the catalogue titles of the contents whose ids are these codes, by code."""
    keys = {code: key for code in codes if (key := parse_uuid(code))}
    known = Content.objects.filter(pk__in=keys.values()).values_list("pk", "title")
    titles = dict(known)
    return {code: titles[key] for code, key in keys.items() if key in titles}


def known_titles(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the stored titles of contents, before they change."""
    return dict(Content.objects.filter(pk__in=ids).values_list("pk", "title"))


def rename_skills(contents: Iterable[Content], *, before: Mapping[UUID, str]) -> None:
    """Rename the skills of these contents to the contents' new titles.

    Only skills without a title, or with the content's former title, are renamed; a title that a
    person chose stays.
    """
    by_code = {code: each for each in contents for code in (each.pk.hex, str(each.pk))}
    skills = list(Skill.objects.filter(code__in=by_code))
    for skill in skills:
        content = by_code[skill.code]
        if skill.title in ("", before.get(content.pk)):
            skill.title = content.title
    Skill.objects.bulk_update(skills, ["title"])
