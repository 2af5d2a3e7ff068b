"""Names and docstrings use the field's standard terms (docs/contributing.md, Language)."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN_WORDS = {"told", "tell", "tells", "retell", "retold", "untold", "desk", "desks"}
FORBIDDEN_IN_TEXT = FORBIDDEN_WORDS | {"whoever", "whom", "whomever"}
FORBIDDEN_PARTS = re.compile(r"(^|_)(MOST|LEAST|USUAL)_[A-Z]|(^|_)AT_ONCE$")
RIDDLES = {"whoever", "whom", "whose", "what", "where", "who", "which", "how", "when", "why"}
Finding = tuple[str, int, str]


def sources() -> list[Path]:
    found = [path for path in ROOT.glob("[!.]*/**/*.py") if "migrations" not in path.parts]
    return sorted(path for path in found if path.relative_to(ROOT).parts[0] != "var")


def identifiers(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Return the names that a module defines or uses; attributes count where they are set."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Store):
            continue
        for attribute in ("id", "name", "attr", "arg", "asname"):
            name = getattr(node, attribute, None)
            if isinstance(name, str):
                yield getattr(node, "lineno", 0), name


def docstrings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text:
                yield getattr(node, "lineno", 1), text


def comments(source: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+", text.lower()))


def findings(path: Path) -> Iterator[Finding]:
    source = path.read_text()
    tree, name = ast.parse(source), str(path.relative_to(ROOT))
    if words(name) & FORBIDDEN_WORDS:
        yield name, 0, "the file's name"
    for line, identifier in identifiers(tree):
        if words(identifier) & FORBIDDEN_WORDS or FORBIDDEN_PARTS.search(identifier):
            yield name, line, identifier
    for line, text in docstrings(tree):
        if text.split()[0].strip(":,").lower() in RIDDLES or words(text) & FORBIDDEN_IN_TEXT:
            yield name, line, text.splitlines()[0]
    for line, comment in comments(source):
        if words(comment) & FORBIDDEN_IN_TEXT:
            yield name, line, comment


def test_names_and_docstrings_are_plain():
    assert [found for path in sources() for found in findings(path)] == []
