"""The fuzzer separates wrong responses from its own failures: contract 0.12."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.fuzz import Outcome

WRONG = {"title": "Server error", "count": 2}
CRASH = {"title": "Runtime Error", "count": 1}
UNANSWERED = {"title": "Network Error", "count": 1}


@pytest.mark.parametrize(
    ("failures", "errors", "status"),
    [
        ([], [], 0),
        ([WRONG], [], 1),
        ([], [UNANSWERED], 1),
        ([], [CRASH], 2),
        ([WRONG], [CRASH], 1),
    ],
)
def test_a_crash_of_the_fuzzer_is_no_wrong_response(
    tmp_path: Path, failures: list[Any], errors: list[Any], status: int
):
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"failures": failures, "errors": errors}))
    outcome = Outcome()

    outcome.add_report(report, int(bool(failures or errors)))

    assert outcome.status == status
    assert ("WRONG" in str(outcome)) is (status == 1)
    assert ("CRASHED" in str(outcome)) is (CRASH in errors)


def test_a_fuzzer_without_a_report_has_crashed(tmp_path: Path):
    outcome = Outcome()

    outcome.add_report(tmp_path / "none.json", 0)

    assert outcome.status == 2
