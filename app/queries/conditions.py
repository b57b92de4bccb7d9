"""How is `gt:1000` read, and when does an interval meet it?"""

import re
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import AfterValidator, Field, WithJsonSchema

from app.domain.decimals import sort_key
from app.domain.interval import OPERATORS, Match, Operator
from app.domain.quantity import parse_written

_CONDITION = re.compile(rf"(?P<operator>{'|'.join(OPERATORS)}):(?P<number>.+)", re.ASCII)
_PATTERN = r"^(?:eq|ne|lt|le|gt|ge):-?(?:0|[1-9]\d{0,14})(?:\.\d{1,3})?$"

_EXACT = Context(prec=200)  # products of a number and a factor never reach as many digits

OPPOSITE: dict[Operator, Operator] = {"gt": "le", "le": "gt", "ge": "lt", "lt": "ge"}


@dataclass(frozen=True, slots=True)
class Threshold:
    """A condition on a number."""

    operator: Operator
    value: Decimal

    def times(self, factor: Decimal) -> "Threshold":
        """The same condition in another unit, `factor` of it to one of this."""
        return Threshold(self.operator, _EXACT.multiply(self.value, factor))

    def on(self, column: Any) -> sa.ColumnElement[bool]:
        """Whether a column of sort keys stands so to the number; null never does."""
        key = sort_key(self.value)
        compared: dict[Operator, Any] = {
            "eq": column == key,
            "ne": column != key,
            "lt": column < key,
            "le": column <= key,
            "gt": column > key,
            "ge": column >= key,
        }
        return compared[self.operator]  # type: ignore[no-any-return]

    def met_by(self, row: Any, match: Match) -> sa.ColumnElement[bool]:
        """Whether some (`possible`) or all (`certain`) values of a row's interval stand so to the number.

        The row has `lower_key`, `lower_inclusive`, `upper_key`, `upper_inclusive` and a quantity; a key of null is unbounded.
        """
        if self.operator in ("eq", "ne"):
            wanted = self._alone(row) if (match == "certain") == (self.operator == "eq") else self._inside(row)
            return wanted if self.operator == "eq" else sa.not_(wanted)
        if match == "possible":
            return self._possible(row, self.operator)
        return sa.not_(self._possible(row, OPPOSITE[self.operator]))

    def _possible(self, row: Any, operator: Operator) -> sa.ColumnElement[bool]:
        key = sort_key(self.value)
        if operator in ("gt", "ge"):
            bound, inclusive, beyond = row.upper_key, row.upper_inclusive, row.upper_key > key
        else:
            bound, inclusive, beyond = row.lower_key, row.lower_inclusive, row.lower_key < key
        if operator in ("ge", "le"):
            return sa.or_(bound.is_(None), beyond, sa.and_(bound == key, inclusive))
        return sa.or_(bound.is_(None), beyond)

    def _inside(self, row: Any) -> sa.ColumnElement[bool]:
        return sa.and_(self._possible(row, "ge"), self._possible(row, "le"))

    def _alone(self, row: Any) -> sa.ColumnElement[bool]:
        """Whether the interval is this number and nothing else."""
        bounded = sa.and_(row.lower_key.is_not(None), row.upper_key.is_not(None))
        return sa.and_(bounded, row.lower_key == sort_key(self.value), row.upper_key == sort_key(self.value))


def read_condition(text: str) -> Threshold:
    """The condition written as operator, colon, number. Raises ValueError saying what was expected."""
    match = _CONDITION.fullmatch(text.strip())
    if match is None:
        known = ", ".join(OPERATORS)
        raise ValueError(f"an operator and a number such as gt:1000 or le:7.5 billion was expected; operators: {known}")
    operator: Any = match["operator"]
    return Threshold(operator, parse_written(match["number"]).value)


def _checked(text: str) -> str:
    read_condition(text)
    return text


Condition = Annotated[
    str,
    Field(max_length=60),
    AfterValidator(_checked),
    WithJsonSchema({"type": "string", "pattern": _PATTERN, "examples": ["gt:1000", "le:77.8"]}),
]
"""A condition on a number: `eq`, `ne`, `lt`, `le`, `gt` or `ge`, a colon, and the number, with a scale word if you like."""
