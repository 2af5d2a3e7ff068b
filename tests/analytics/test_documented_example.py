"""The example in docs/learner-model.md prints the documented output."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "learner-model.md"


def test_the_example_prints_the_output_below_it(capsys: pytest.CaptureFixture[str]):
    [code] = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)

    exec(code, {})

    assert f"# {capsys.readouterr().out.strip()}" == code.strip().splitlines()[-1]
