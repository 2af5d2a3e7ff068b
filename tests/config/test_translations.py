"""Pages are translated, the APIs are in English; the Arabic catalogue is complete."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client as Browser
from django.utils import translation
from django.utils.translation.template import templatize

from logger.models import AttemptLog
from roster.models import User
from tests.conftest import client_for
from tests.factories import PASSWORD, School

ROOT = Path(settings.BASE_DIR)
CATALOGUE = ROOT / "locale" / "ar" / "LC_MESSAGES"
APPS = ("analytics", "config", "dashboard", "infra", "logger", "roster", "study")
# Fields of Django, which has their translations.
DJANGOS = {"password", "last_login", "is_superuser", "groups", "user_permissions"}
NAMES = {
    "_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext",
    "pgettext_lazy",
}  # fmt: skip
FIELD = re.compile(r'(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?) (".*")|(".*")')
CALL = re.compile(r"""\bn?gettext\(u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
PLACEHOLDER = re.compile(r"%\(\w+\)|\{\w*\}")


def entries() -> Iterator[dict[str, str]]:
    """Yield the entries of the catalogue as fields."""
    for block in (CATALOGUE / "django.po").read_text().split("\n\n")[1:]:
        assert "fuzzy" not in block
        fields: dict[str, str] = {}
        name = ""
        for field, text, more in FIELD.findall(block):
            name = field or name
            fields[name] = fields.get(name, "") + ast.literal_eval(text or more)
        yield fields


def compiled() -> dict[Any, str]:
    with (CATALOGUE / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]


def key_of(entry: dict[str, str]) -> str:
    return f"{entry['msgctxt']}\x04{entry['msgid']}" if "msgctxt" in entry else entry["msgid"]


def texts_of(entry: dict[str, str]) -> dict[Any, str]:
    """Return the compiled texts of an entry."""
    key = key_of(entry)
    if "msgstr" in entry:
        return {key: entry["msgstr"]}
    return {(key, number): entry[f"msgstr[{number}]"] for number in range(6)}


def strings_in(source: str) -> set[str]:
    """Return the first text of each translation call."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return {
        next(
            argument.value
            for argument in call.args[1 if call.func.id.startswith("p") else 0 :]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        )
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id in NAMES
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }


def strings_in_template(path: Path) -> set[str]:
    """Return the same for a template, which Django converts to calls and other text."""
    spelled = templatize(path.read_text(), origin=str(path))
    calls = CALL.findall(spelled)
    return {ast.literal_eval(call) for call in calls}


def test_every_text_is_translated():
    untranslated = [text for entry in entries() for text in texts_of(entry).items() if not text[1]]

    assert untranslated == []
    assert len(list(entries())) > 200


def test_translations_keep_their_placeholders():
    """Plural forms for a single number may leave out the placeholder."""
    for entry in entries():
        known = set(PLACEHOLDER.findall(entry["msgid"] + entry.get("msgid_plural", "")))
        for text in texts_of(entry).values():
            assert set(PLACEHOLDER.findall(text)) <= known, entry["msgid"]
        if "msgstr" in entry:
            assert set(PLACEHOLDER.findall(entry["msgstr"])) == known, entry["msgid"]


def test_the_compiled_catalogue_is_up_to_date():
    """After `make messages`; without it, Arabic readers would see outdated texts."""
    expected = {key: text for entry in entries() for key, text in texts_of(entry).items()}
    found = compiled()
    del found[""]

    assert found == expected


def test_the_catalogue_has_every_text_of_pages_and_code():
    sources = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    templates = list((ROOT / "templates").rglob("*.html"))
    said = set().union(
        *(strings_in(path.read_text()) for path in sources),
        *(strings_in_template(path) for path in templates),
    )
    # In the catalogue a percent sign of a blocktranslate is single, as in messages.
    known = {entry["msgid"].replace("%%", "%") for entry in entries()}

    assert len(said) > 200
    assert {text for text in said if text.replace("%%", "%") not in known} == set()


def test_no_mapping_has_translated_keys():
    """Two keys with the same translation would be one, and a value would be missing."""
    sources = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    mappings = [
        (path.name, node.lineno)
        for path in sources
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Dict) and any(_is_translated(key) for key in node.keys)
    ]

    assert mappings == []


def _is_translated(key: ast.expr | None) -> bool:
    calls = [
        node.func for node in ast.walk(key or ast.Constant(None)) if isinstance(node, ast.Call)
    ]
    return any(isinstance(name, ast.Name) and name.id in NAMES for name in calls)


def test_pages_use_the_language_of_the_browser(school: School):
    page = Browser(headers={"Accept-Language": "ar-EG,en;q=0.5"}).get("/")

    assert '<html lang="ar" dir="rtl">' in page.content.decode()
    assert page.headers["Content-Language"] == "ar"
    assert "Accept-Language" in page.headers["Vary"]


def test_pages_without_a_translation_are_in_english(school: School):
    page = Browser(headers={"Accept-Language": "fr"}).get("/")

    assert '<html lang="en">' in page.content.decode()


@pytest.mark.parametrize("language", ["ar", "fr", "x" * 10_000, "*", "ar;q=nonsense"])
def test_apis_respond_in_english_in_every_language(school: School, language: str):
    """contract 0.12: the language of the page before, in the same thread, has no effect."""
    client = client_for(school.ada)
    Browser(headers={"Accept-Language": "ar"}).get("/")

    response = client.post(
        "/api/logger/contentsession", {}, format="json", headers={"Accept-Language": language}
    )

    assert response.status_code == 400
    assert response.json()[0]["metadata"]["message"].isascii()
    assert "Content-Language" not in response.headers


def test_the_language_can_be_chosen_on_every_page(school: School):
    browser = Browser(enforce_csrf_checks=True)
    login = browser.get("/admin/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', login.content.decode())
    assert token is not None
    choice = {"language": "ar", "next": "/admin/login/", "csrfmiddlewaretoken": token[1]}

    chosen = browser.post("/language", choice)

    assert (chosen.status_code, chosen.headers["Location"]) == (302, "/admin/login/")
    assert chosen.cookies["django_language"]["httponly"]
    assert 'dir="rtl"' in browser.get("/admin/login/").content.decode()


@pytest.mark.parametrize(
    "way", ["https://elsewhere.example/", "//elsewhere.example", "javascript:1"]
)
def test_choosing_a_language_does_not_redirect_elsewhere(way: str):
    chosen = Browser().post("/language", {"language": "ar", "next": way})

    assert chosen.headers["Location"] == "/"


@pytest.mark.parametrize("language", ["", "xx", "ar\0", "../../ar", "a" * 5000])
def test_an_unknown_language_changes_nothing(language: str):
    chosen = Browser().post("/language", {"language": language, "next": "/"})

    assert chosen.status_code == 302
    assert "django_language" not in chosen.cookies


def test_choosing_a_language_requires_a_csrf_token():
    strict = Browser(enforce_csrf_checks=True)

    assert strict.post("/language", {"language": "ar"}).status_code == 403


def test_a_coach_can_log_in_in_arabic(school: School):
    browser = Browser(headers={"Accept-Language": "ar"})
    browser.post("/admin/login/", {"username": "coach", "password": PASSWORD})

    page = browser.get("/admin/").content.decode()

    assert "كل السجلات" in page
    assert "All records" not in page


def test_tables_and_columns_have_names_in_arabic():
    """All names of our tables and their fields in the admin are in the catalogue."""
    known = {entry["msgid"] for entry in entries()}
    tables = [model for model in admin.site._registry if model._meta.app_label in APPS]
    with translation.override(None):
        names = {
            str(name)
            for model in tables
            for named in (model._meta.verbose_name, model._meta.verbose_name_plural)
            for name in (named, model._meta.app_config.verbose_name)
        }
        names |= {
            str(name)
            for model in tables
            for field in model._meta.fields
            for name in (field.verbose_name, field.help_text)
            if name and field.name not in DJANGOS
        }

    assert names - known == set()
    with translation.override("ar"):
        assert str(User._meta.verbose_name_plural) == "المستخدمون"
        assert "s" not in str(AttemptLog._meta.verbose_name_plural)
