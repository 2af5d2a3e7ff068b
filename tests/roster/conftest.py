"""Fixtures that import a OneRoster export given by the test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.roster.oneroster import imported, imported_in_part, text_of


@pytest.fixture
def import_texts(tmp_path: Path) -> Any:
    def run(texts: dict[str, str | bytes], *, in_part: bool = False, **options: Any) -> Any:
        folder = tmp_path / "export"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for name, text in texts.items():
            (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return (imported_in_part if in_part else imported)(folder, **options)

    return run


@pytest.fixture
def import_files(import_texts: Any) -> Any:
    return lambda files, **options: import_texts(
        {name: text_of(name, rows) for name, rows in files.items()}, **options
    )
