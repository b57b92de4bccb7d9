"""What every client must read of one query: the same rows, of the same types, with the same sums, from whichever format."""

import json
import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pytest

from app.exports.lists import STATEMENTS

QUERY = "within=chongqing&has_quantity=true&sort=-value"
SUMS = ("value", "lower", "upper")
EXACT = "value_text"
"""Text that holds numbers; programs that guess types from text read it as numbers."""

Frame = dict[str, list[Any]]


def fetch(address: str) -> bytes:
    with build_opener(ProxyHandler({})).open(address, timeout=120) as answer:
        content: bytes = answer.read()
    return content


@dataclass
class Expected:
    """The frame of the query, reckoned from the exact JSON."""

    frame: Frame

    def check(self, found: Frame, *, days_as_text: bool = False) -> None:
        """Fail unless a frame has the same columns, rows, types and sums. Where `days_as_text`, no type for days is asked."""
        assert list(found) == list(self.frame)
        assert [name for name in found if not alike(found[name], self.frame[name])] == []
        assert [name for name in found if strange(STATEMENTS[name], found[name], days_as_text=days_as_text, name=name)] == []
        for name in SUMS:
            assert total(found[name]) == pytest.approx(total(self.frame[name]), rel=1e-12)


def expected_of(address: str) -> Expected:
    rows = json.loads(fetch(f"{address}/v1/statements.json?{QUERY}"))
    assert len(rows) > 100
    return Expected({name: [row[name] for row in rows] for name in rows[0]})


def total(column: list[Any]) -> float:
    return math.fsum(float(value) for value in column if not missing(value))


def missing(value: Any) -> bool:
    if type(value).__name__ in ("NAType", "NaTType"):
        return True
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def alike(found: list[Any], wanted: list[Any]) -> bool:
    return len(found) == len(wanted) and all(map(same, found, wanted))


def same(found: Any, wanted: Any) -> bool:
    if missing(found) or missing(wanted):
        return missing(found) and missing(wanted)
    if isinstance(wanted, bool):
        return bool(found) is wanted
    if isinstance(wanted, int | float) or (not isinstance(found, str | date)):
        return math.isclose(float(found), float(wanted), rel_tol=1e-14)
    return str(found)[: len(wanted)] == wanted if isinstance(found, date) else str(found) == wanted


def strange(kind: str, column: list[Any], *, days_as_text: bool, name: str) -> bool:
    """Whether any value of a column is of another type than was promised."""
    allowed: dict[str, Any] = {"text": str, "number": (int, float), "whole": int, "flag": bool, "day": (date, datetime)}
    wanted = (str, int, float) if name == EXACT else (str, date) if kind == "day" and days_as_text else allowed[kind]
    values = [value.item() if hasattr(value, "item") else value for value in column if not missing(value)]
    return not all(isinstance(value, wanted) and (kind == "flag" or not isinstance(value, bool)) for value in values)
