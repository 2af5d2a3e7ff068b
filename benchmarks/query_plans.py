"""Query plans of PostgreSQL: recorded as statements are issued, and checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db import connection

BIG_TABLE_ROWS = 10_000
# All rows of a class or a small school may be sorted: they do not grow with the installation.
MAX_SORTED_ROWS = 20_000
EXPLAINED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
SORTS = ("Sort", "Incremental Sort")
Node = dict[str, Any]


@dataclass(kw_only=True)
class Plan:
    """One executed statement with its plan."""

    sql: str
    milliseconds: float
    rows: int
    root: Node

    @property
    def is_count(self) -> bool:
        """True if the statement counts rows: then it must read all of them."""
        return "COUNT(" in self.sql[:100] and "GROUP BY" not in self.sql

    def nodes(self) -> Iterator[Node]:
        """Yield every node of the plan."""
        return _walk(self.root)

    @property
    def scans(self) -> list[str]:
        """The indexes used and the tables read whole, each once."""
        return list(dict.fromkeys(name for node in self.nodes() if (name := _scan_name(node))))

    def faults(self, big: set[str]) -> list[str]:
        """Return what gets slower with every row: big tables that are read or sorted whole."""
        faults: list[str] = []
        if self.is_count:
            return faults
        for node in self.nodes():
            if node["Node Type"].endswith("Seq Scan") and node["Relation Name"] in big:
                faults.append(f"reads {node['Relation Name']} whole")
            if node["Node Type"] in SORTS and (rows := _input_rows(node)) > MAX_SORTED_ROWS:
                faults.append(f"sorts {rows} rows")
        return list(dict.fromkeys(faults))


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.get("Plans", []):
        yield from _walk(child)


def _scan_name(node: Node) -> str | None:
    if node["Node Type"].endswith("Seq Scan"):
        return f"SEQ {node['Relation Name']}"
    name: str | None = node.get("Index Name")
    return name


def _input_rows(sort: Node) -> int:
    [child] = [child for child in sort["Plans"] if child["Parent Relationship"] == "Outer"]
    return int(child["Actual Rows"] * child["Actual Loops"])


@dataclass
class PlanRecorder:
    """Explains every statement just before it runs; the effects of explaining are rolled back."""

    plans: list[Plan] = field(default_factory=list)

    def __call__(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,  # noqa: FBT001  # as Django calls it
        context: dict[str, Any],
    ) -> Any:
        """Explain a statement, and execute it; see `connection.execute_wrapper`."""
        if not many and sql.lstrip("( ").startswith(EXPLAINED):
            self.plans.append(_explain(sql, params))
        return execute(sql, params, many, context)


def _explain(sql: str, params: Any) -> Plan:
    """Explain a statement twice, rolled back, and return the second plan: caches are warm."""
    raw: Any = connection.connection
    explain = f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {sql}"
    for _repetition in range(2):
        with raw.transaction(force_rollback=True), raw.cursor() as cursor:
            cursor.execute(explain, params)
            output = cursor.fetchone()[0]
    [plan] = orjson.loads(output) if isinstance(output, str | bytes) else output
    return Plan(
        sql=sql,
        milliseconds=plan["Planning Time"] + plan["Execution Time"],
        rows=int(plan["Plan"]["Actual Rows"]),
        root=plan["Plan"],
    )


def big_tables(*apps: str) -> set[str]:
    """Return the tables of some apps that have too many rows to be read or sorted whole."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > %s"
            " AND relname LIKE ANY (%s)",
            [BIG_TABLE_ROWS, [f"{app}\\_%" for app in apps]],
        )
        return {name for (name,) in cursor.fetchall()}
