"""Usernames, equal regardless of case: contract 1.8."""

from __future__ import annotations

import sys
from typing import Any
from unicodedata import combining, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.identifiers import fold_username
from tests.conftest import client_for
from tests.factories import PASSWORD, School, make_user

# Two spellings that were distinct before: ΐ, and its capital, which takes three characters.
SMALL, CAPITAL = "\u0390", "\u0390".upper()

# All characters except surrogates, which no username contains, and the Turkish dotless i: its
# capital is I, the small letter of I is i, and Unicode treats the two as distinct.
CHARACTERS = [
    chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000 and code != 0x131
]
# Characters that change with case or normalization, and combining characters.
TRICKY = [
    char
    for char in CHARACTERS
    if combining(char) or not char == char.casefold() == char.upper() == normalize("NFKD", char)
]
texts = st.text(st.one_of(st.sampled_from(TRICKY), st.sampled_from(CHARACTERS)), max_size=12)


def test_every_character_equals_its_upper_lower_and_folded_form():
    differing = [
        char
        for char in CHARACTERS
        if not fold_username(char)
        == fold_username(char.upper())
        == fold_username(char.lower())
        == fold_username(fold_username(char))
    ]

    assert differing == []


@given(texts)
def test_folding_is_idempotent(username: str):
    folded = fold_username(username)

    assert fold_username(folded) == folded


@given(texts)
def test_a_username_equals_its_decomposed_capitals(username: str):
    """Decomposed first, as Unicode requires: an iota subscript could separate letter and accent."""
    capitals = normalize("NFD", username).upper()

    assert fold_username(capitals) == fold_username(username)


@given(st.text(st.sampled_from([c for c in TRICKY if not combining(normalize("NFKD", c)[0])])))
def test_a_username_without_combining_accents_equals_its_capitals(username: str):
    assert fold_username(username.upper()) == fold_username(username)


@given(texts, st.sampled_from(["NFC", "NFD"]))
def test_a_username_equals_its_normalized_forms(username: str, form: Any):
    assert fold_username(normalize(form, username)) == fold_username(username)


@pytest.mark.parametrize(
    ("username", "folded"),
    [("Ada", "ada"), ("STRASSE", "strasse"), ("Straße", "strasse"), ("ΆΙ", "άι"), ("ᾴ", "άι"),
     ("ﷺ", "صلى الله عليه وسلم"), ("ADA", "ada"), ("\u0131", "\u0131"), ("", "")],
)  # fmt: skip
def test_usernames_are_folded_as_expected(username: str, folded: str):
    assert fold_username(username) == folded


def test_a_user_can_log_in_with_capitals_of_several_characters(school: School):
    """contract 1.8."""
    make_user(school.facility, username=SMALL)
    body = {"username": CAPITAL, "password": PASSWORD}

    response = client_for(None).post("/api/auth/session", body, format="json")

    assert (response.status_code, response.json()["username"]) == (200, SMALL)
