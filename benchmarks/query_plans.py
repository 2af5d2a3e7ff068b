"""What PostgreSQL does for a statement: watched as it is issued, and judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db import connection

BIG = 10_000
# Of a class or a small school all rows may be sorted: they do not grow with the installation.
SORTED = 20_000
EXPLAINED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
SORTS = ("Sort", "Incremental Sort")
Node = dict[str, Any]


@dataclass(kw_only=True)
class Plan:
    """One statement as it was executed."""

    sql: str
    milliseconds: float
    rows: int
    root: Node

    @property
    def counts(self) -> bool:
        """Tell whether this counts: then it must read all that it counts."""
        return "COUNT(" in self.sql[:100] and "GROUP BY" not in self.sql

    def nodes(self) -> Iterator[Node]:
        """Yield every step."""
        return _below(self.root)

    @property
    def scans(self) -> list[str]:
        """Name the indexes used and the tables read whole, each once."""
        return list(dict.fromkeys(name for node in self.nodes() if (name := _scan(node))))

    def faults(self, big: set[str]) -> list[str]:
        """Name what would get slower with every row: big tables read or sorted whole."""
        faults: list[str] = []
        if self.counts:
            return faults
        for node in self.nodes():
            if node["Node Type"].endswith("Seq Scan") and node["Relation Name"] in big:
                faults.append(f"reads {node['Relation Name']} whole")
            if node["Node Type"] in SORTS and (rows := _input(node)) > SORTED:
                faults.append(f"sorts {rows} rows")
        return list(dict.fromkeys(faults))


def _below(node: Node) -> Iterator[Node]:
    yield node
    for child in node.get("Plans", []):
        yield from _below(child)


def _scan(node: Node) -> str | None:
    if node["Node Type"].endswith("Seq Scan"):
        return f"SEQ {node['Relation Name']}"
    name: str | None = node.get("Index Name")
    return name


def _input(sort: Node) -> int:
    [child] = [child for child in sort["Plans"] if child["Parent Relationship"] == "Outer"]
    return int(child["Actual Rows"] * child["Actual Loops"])


@dataclass
class Watch:
    """Explains every statement just before it runs, and takes back what that did."""

    plans: list[Plan] = field(default_factory=list)

    def __call__(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,  # noqa: FBT001  # as Django calls it
        context: dict[str, Any],
    ) -> Any:
        """Stand between Django and the database; see `connection.execute_wrapper`."""
        if not many and sql.lstrip("( ").startswith(EXPLAINED):
            self.plans.append(_explained(sql, params))
        return execute(sql, params, many, context)


def _explained(sql: str, params: Any) -> Plan:
    """Execute a statement twice under EXPLAIN, rolled back, and keep the second: it is warm."""
    raw: Any = connection.connection
    explain = f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {sql}"
    for _turn in range(2):
        with raw.transaction(force_rollback=True), raw.cursor() as cursor:
            cursor.execute(explain, params)
            told = cursor.fetchone()[0]
    [plan] = orjson.loads(told) if isinstance(told, str | bytes) else told
    return Plan(
        sql=sql,
        milliseconds=plan["Planning Time"] + plan["Execution Time"],
        rows=int(plan["Plan"]["Actual Rows"]),
        root=plan["Plan"],
    )


def big_tables(*apps: str) -> set[str]:
    """Return the tables of some apps that have more rows than may be read or sorted whole."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > %s"
            " AND relname LIKE ANY (%s)",
            [BIG, [f"{app}\\_%" for app in apps]],
        )
        return {name for (name,) in cursor.fetchall()}
