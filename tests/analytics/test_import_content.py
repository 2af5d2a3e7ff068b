"""`manage.py import_content`: import the catalogue from a table or a Kolibri channel."""

from __future__ import annotations

import json
import sqlite3
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from analytics.models import Content
from roster.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)

TENS, ONES, MATHS = (UUID(int=number, version=4) for number in (1, 2, 3))
HEADER = "id,title,kind,parent,items\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "contents.csv"


def run(path: Path) -> dict[str, Any]:
    output = StringIO()
    call_command("import_content", path, stdout=output)
    return json.loads(output.getvalue())


def catalogue() -> list[tuple[Any, ...]]:
    return list(
        Content.objects.order_by("id").values_list("id", "title", "kind", "parent", "items")
    )


def test_a_table_becomes_the_catalogue(table: Path):
    """A parent may follow; ids are in any spelling, items in JSON or separated by semicolons."""
    table.write_text(
        HEADER
        + f'{TENS.hex.upper()},"Tens, all",exercise,{MATHS},"[""a;b"", ""c""]"\n'
        + f"{ONES}, عشرات ,Video,,\n"
        + f"{MATHS},Maths,topic,,x; y\n",
        encoding="utf-8",
    )

    done = run(table)

    assert done == {"listed": 3, "added": 3}
    assert catalogue() == [
        (TENS, "Tens, all", "exercise", MATHS, ["a;b", "c"]),
        (ONES, "عشرات", "video", None, []),
        (MATHS, "Maths", "topic", None, ["x", "y"]),
    ]


def test_the_same_table_changes_nothing_and_a_newer_one_updates_the_catalogue(table: Path):
    table.write_text(f"{HEADER}{TENS},Tens,exercise,,a;b\n")
    run(table)

    again = run(table)
    table.write_text(f"title,id\nTens anew,{TENS}\nOnes,{ONES}\n")
    newer = run(table)

    assert (again["added"], newer["added"]) == (0, 1)
    assert catalogue()[0] == (TENS, "Tens anew", "", None, [])


def test_a_long_table_is_read_in_parts(table: Path):
    rows = "".join(f"{UUID(int=n, version=4)},Content {n},,,\n" for n in range(2500))
    table.write_text(HEADER + rows)

    assert run(table) == {"listed": 2500, "added": 2500}


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("nothing,Tens,,,", "line 3: id “nothing” is not a UUID."),
        (f"{ONES},,,,", "line 3: title is empty."),
        (f"{ONES},{'x' * 201},,,", "line 3: title is longer than 200 characters."),
        (f"{ONES},Ones,film,,", "line 3: kind “film” is not one of video"),
        (f"{ONES},Ones,,above,", "line 3: parent “above” is not a UUID."),
        (f"{ONES},Ones,,{ONES.hex},", "line 3: the content is its own parent."),
        (f"{ONES},Ones,,,[1]", "line 3: items: A list of strings"),
        (f"{ONES},Ones,,,a;a", "line 3: items: An item is listed twice."),
        (f"{ONES},Ones,,,[a", "line 3: items is not JSON."),
        (f"{ONES},Ones,,,a,b", "line 3: There are more cells than columns."),
        (
            f"{ONES},Ones,,{MATHS},",
            f"line 3: the parent {MATHS} is neither in the file nor in the catalogue.",
        ),
    ],
)
def test_an_invalid_line_is_named_and_nothing_is_imported(table: Path, line: str, complaint: str):
    table.write_text(f"{HEADER}{TENS},Tens,exercise,,a;b\n{line}\n")

    with pytest.raises(CommandError) as error:
        run(table)

    assert complaint in str(error.value)
    assert catalogue() == []


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "does not name the column id and title"),
        (b"title\nTens\n", "line 1: The first line does not name the column id"),
        (b"id,title\n\xff\xfe,x\n", "line 2: This is not UTF-8."),
        (
            b"id,title\r\n"
            + b"".join(b"%s,x\r\n" % UUID(int=n).hex.encode() for n in range(2000))
            + UUID(int=9999).hex.encode()
            + b",\xc9mile\r\n",
            "line 2002: This is not UTF-8.",
        ),
        (b"SQLite format 3\0 but no more", "This is not a Kolibri channel"),
        (
            b"id,title\n" + str(TENS).encode() + b",a\0b\n",
            "line 2: title contains a NUL character.",
        ),
    ],
)
def test_a_file_that_is_no_catalogue_is_refused(table: Path, content: bytes, complaint: str):
    table.write_bytes(content)

    with pytest.raises(CommandError, match=complaint):
        run(table)


def test_a_missing_file_is_named(table: Path):
    with pytest.raises(CommandError, match=r"contents\.csv: No such file"):
        run(table)


def test_a_kolibri_channel_becomes_the_catalogue(tmp_path: Path):
    """The first node of a content counts; an unknown kind is imported as no kind."""
    path = tmp_path / "channel.sqlite3"
    channel(
        path,
        nodes=[
            ("n1", MATHS, "Maths", "topic", None),
            ("n2", TENS, "Tens", "exercise", "n1"),
            ("n3", TENS, "Tens once more", "exercise", None),
            ("n4", ONES, "x" * 300, "hologram", "n1"),
        ],
        items={"n2": ["a", "b", "a"]},
    )

    done = run(path)

    assert done == {"listed": 3, "added": 3}
    assert catalogue() == [
        (TENS, "Tens", "exercise", MATHS, ["a", "b"]),
        (ONES, "x" * 200, "", MATHS, []),
        (MATHS, "Maths", "topic", None, []),
    ]


def test_a_database_that_is_no_channel_is_refused(tmp_path: Path):
    path = tmp_path / "other.sqlite3"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE something (id)")
    other.close()

    with pytest.raises(CommandError, match="not a Kolibri channel: no such table"):
        run(path)


def channel(path: Path, *, nodes: list[Any], items: dict[str, list[str]]) -> None:
    """Write a channel database as Kolibri exports it, with only the tables the import reads."""
    database = sqlite3.connect(path)
    database.execute(
        "CREATE TABLE content_contentnode (id CHAR(32) PRIMARY KEY, content_id CHAR(32),"
        " title VARCHAR(200), kind VARCHAR(200), parent_id CHAR(32), lft INTEGER)"
    )
    database.execute(
        "CREATE TABLE content_assessmentmetadata"
        " (id CHAR(32) PRIMARY KEY, assessment_item_ids TEXT, contentnode_id CHAR(32))"
    )
    database.executemany(
        "INSERT INTO content_contentnode VALUES (?, ?, ?, ?, ?, 0)",
        [(key, content.hex, *others) for key, content, *others in nodes],
    )
    database.executemany(
        "INSERT INTO content_assessmentmetadata VALUES (?, ?, ?)",
        [(f"of {node}", json.dumps(listed), node) for node, listed in items.items()],
    )
    database.commit()
    database.close()


def test_an_import_is_in_the_audit_log_once(table: Path):
    table.write_text(HEADER + f"{TENS},Tens,,,\n" + f"{ONES},Ones,,,\n")

    run(table)

    entry = AuditEntry.objects.get()
    assert (entry.action, entry.object_kind, entry.actor_name) == (
        "imported", "content", "manage.py",
    )  # fmt: skip
    assert (entry.actor_id, entry.facility_id) == (None, None)
    assert entry.changes == {"listed": 2, "added": 2}
