"""The example of docs/learner-model.md does what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "learner-model.md"


def test_the_example_prints_what_stands_below_it(capsys: pytest.CaptureFixture[str]):
    [code] = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)

    exec(code, {})

    assert f"# {capsys.readouterr().out.strip()}" == code.strip().splitlines()[-1]
