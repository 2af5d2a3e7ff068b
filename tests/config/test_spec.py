"""Every section of the specification that code and tests cite exists in docs/spec."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NUMBER = r"\d+(?:\.\d+)?[a-z]?\b"
CITED = re.compile(rf"(contract|learning-science)`?\s+({NUMBER}(?:(?:,| and| to)\s+{NUMBER})*)")


def sections(document: str) -> set[str]:
    """Return the numbers of headings, and those of steps: step 4 of section 3 is 3.4."""
    found: set[str] = set()
    heading = ""
    for line in (ROOT / "docs" / "spec" / f"{document}.md").read_text().splitlines():
        if title := re.match(rf"#+ ({NUMBER})", line):
            heading = title[1]
            found.add(heading)
        elif step := re.match(r"(\d+)\. ", line):
            found.add(f"{heading}.{step[1]}")
    return found


def test_every_cited_section_exists():
    cited = [
        (document, number, str(path.relative_to(ROOT)))
        for path in sorted(ROOT.glob("[!.]*/**/*.py"))
        for document, numbers in CITED.findall(path.read_text())
        for number in re.findall(NUMBER, numbers)
    ]

    known = {document: sections(document) for document in ("contract", "learning-science")}

    assert len(cited) > 100
    assert [(d, number, path) for d, number, path in cited if number not in known[d]] == []
