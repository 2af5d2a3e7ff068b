"""The examples in docs/learner-model.md print the documented output."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "learner-model.md"


CODES = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)


@pytest.mark.parametrize("code", CODES, ids=["LearnerModel", "ReviewModel"])
def test_an_example_prints_the_output_below_it(code: str, capsys: pytest.CaptureFixture[str]):
    exec(code, {})

    assert f"# {capsys.readouterr().out.strip()}" == code.strip().splitlines()[-1]
