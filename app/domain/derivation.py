"""What follows by arithmetic from stated figures, and within which bounds?

Each kind of derivation is one formula over intervals. Bounds are worked on exactly and rounded outward at the end, so that the
true result is never shut out. Shares lie in 0..100 and amounts at or above 0; a result that says no more than that, and than its
inputs by themselves, is none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Literal, get_args

from app.domain.interval import Bounds, Interval, exact, number, outward, rounded
from app.domain.quantity import Written, interval_of, parse_written
from app.domain.units import Family

DerivationKind = Literal[
    "implied_total", "implied_part", "implied_base", "implied_rate", "remainder", "sum_of_parts", "part_exceeds_whole"
]
Role = Literal["part", "share", "total", "level", "growth", "change", "multiple", "amount", "converted", "whole"]
"""What an input is in the formula."""

DERIVATION_KINDS: tuple[DerivationKind, ...] = get_args(DerivationKind)
ROLES: tuple[Role, ...] = get_args(Role)

ADDITIVE: frozenset[Family] = frozenset({"count", "money", "mass", "area", "length"})
"""Families in which a part of a region never has more than the whole."""

MAY_BE_NEGATIVE: frozenset[Family] = frozenset({"percent"})

_HUNDRED = Bounds(Fraction(100), True, Fraction(100), True)
_ANY = Bounds(None, False, None, False)
_NOT_NEGATIVE = Bounds(Fraction(0), True, None, False)
_PERCENT = Bounds(Fraction(0), True, Fraction(100), True)
_FALLS_TO_NOTHING = Bounds(Fraction(-100), True, None, False)


@dataclass(frozen=True, slots=True)
class Term:
    """A figure as it enters a formula."""

    role: Role
    interval: Interval
    value: Decimal | None
    """The number itself where the words say neither more nor less than it; else None."""
    family: Family


@dataclass(frozen=True, slots=True)
class Result:
    """What a formula gives."""

    rule: str
    value: Decimal | None
    """Point estimate of 12 significant digits; None unless every input has a value."""
    interval: Interval


Values = Mapping[Role, Sequence[Bounds]]


@dataclass(frozen=True, slots=True)
class Formula:
    """A rule in words and as arithmetic, and what is known of its result without it."""

    rule: str
    roles: frozenset[Role]
    apply: Callable[[Values], Bounds]
    known: Callable[[Values, Bounds], Bounds]
    """From the inputs, and the values that the family of the result allows."""


def _sum(parts: Sequence[Bounds]) -> Bounds:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _only(values: Values, role: Role) -> Bounds:
    return values[role][0]


def _from(lower: Bounds, allowed: Bounds) -> Bounds:
    """At or above the lowest value of one of the inputs."""
    return Bounds(lower.lower, lower.lower_inclusive, None, False) if allowed.lower is not None else allowed


def _up_to(upper: Bounds, allowed: Bounds) -> Bounds:
    """At or below the highest value of one of the inputs."""
    return Bounds(allowed.lower, True, upper.upper, upper.upper_inclusive) if allowed.lower is not None else allowed


def _growing(values: Values) -> Bounds:
    return _only(values, "level") / ((_HUNDRED + _only(values, "growth")) / _HUNDRED)


FORMULAS: dict[DerivationKind, tuple[Formula, ...]] = {
    "implied_total": (
        Formula(
            "total = part / share",
            frozenset({"part", "share"}),
            lambda values: _only(values, "part") / (_only(values, "share") / _HUNDRED),
            lambda values, allowed: _from(_only(values, "part"), allowed),
        ),
    ),
    "implied_part": (
        Formula(
            "part = total × share",
            frozenset({"total", "share"}),
            lambda values: _only(values, "total") * (_only(values, "share") / _HUNDRED),
            lambda values, allowed: _up_to(_only(values, "total"), allowed),
        ),
    ),
    "implied_base": (
        Formula("base = level / (1 + growth / 100)", frozenset({"level", "growth"}), _growing, lambda _values, allowed: allowed),
        Formula(
            "base = level - change",
            frozenset({"level", "change"}),
            lambda values: _only(values, "level") - _only(values, "change"),
            lambda _values, allowed: allowed,
        ),
        Formula(
            "base = level / multiple",
            frozenset({"level", "multiple"}),
            lambda values: _only(values, "level") / _only(values, "multiple"),
            lambda _values, allowed: allowed,
        ),
    ),
    "implied_rate": (
        Formula(
            "rate = amount / converted amount",
            frozenset({"amount", "converted"}),
            lambda values: _only(values, "amount") / _only(values, "converted"),
            lambda _values, allowed: allowed,
        ),
    ),
    "remainder": (
        Formula(
            "remainder = whole - parts",
            frozenset({"whole", "part"}),
            lambda values: _only(values, "whole") - _sum(values["part"]),
            lambda values, allowed: _up_to(_only(values, "whole"), allowed),
        ),
    ),
    "sum_of_parts": (
        Formula("sum = part + part", frozenset({"part"}), lambda values: _sum(values["part"]), lambda _values, allowed: allowed),
    ),
    "part_exceeds_whole": (
        Formula(
            "excess = part - whole, which cannot be above 0",
            frozenset({"part", "whole"}),
            lambda values: _only(values, "part") - _only(values, "whole"),
            lambda _values, _allowed: _ANY,
        ),
    ),
}
"""Every rule there is. An input is named by its role; growth and shares are in percent."""


def derive(kind: DerivationKind, terms: Sequence[Term]) -> Result | None:
    """What follows from these figures; None when nothing does beyond what is known without arithmetic.

    The order of the terms is of no account. Bounds stand in the unit of the level, amount, part or whole.
    """
    roles = frozenset(term.role for term in terms)
    formula = next(each for each in FORMULAS[kind] if each.roles == roles)
    allowed = _allowed(terms)
    inside = [(term.role, exact(term.interval).within(_possible(term.role, allowed))) for term in terms]
    bounded = [(role, bounds) for role, bounds in inside if bounds is not None]
    if len(bounded) < len(terms):
        return None
    interval = _bounds(kind, formula, _by_role(bounded), allowed)
    if interval is None:
        return None
    return Result(formula.rule, _point(formula, terms), outward(interval))


def _bounds(kind: DerivationKind, formula: Formula, values: Values, allowed: Bounds) -> Bounds | None:
    known = formula.known(values, allowed)
    try:
        found = formula.apply(values).within(known)
    except ZeroDivisionError:
        return None
    if found is None or _shown(found) == _shown(known):
        return None
    if kind == "part_exceeds_whole" and not (found.lower is not None and found.lower > 0):
        return None
    return found


def _shown(bounds: Bounds) -> tuple[Decimal | None, Decimal | None]:
    """The bounds as they are answered; what differs only behind the last digit says no more."""
    interval = outward(bounds)
    return interval.lower, interval.upper


def _point(formula: Formula, terms: Sequence[Term]) -> Decimal | None:
    points = [(term.role, number(term.value)) for term in terms if term.value is not None]
    if len(points) < len(terms):
        return None
    try:
        value = formula.apply(_by_role(points)).lower
    except ZeroDivisionError:
        return None
    return None if value is None else rounded(value, ROUND_HALF_EVEN)


def _by_role(pairs: Sequence[tuple[Role, Bounds]]) -> Values:
    found: dict[Role, list[Bounds]] = {}
    for role, bounds in pairs:
        found.setdefault(role, []).append(bounds)
    return found


def _allowed(terms: Sequence[Term]) -> Bounds:
    """The values that the amounts among the inputs, and the result, can have at all."""
    amounts = {term.family for term in terms if term.role not in ("share", "growth", "multiple")}
    return _ANY if amounts & MAY_BE_NEGATIVE else _NOT_NEGATIVE


def _possible(role: Role, allowed: Bounds) -> Bounds:
    """The values that an input can have at all; an amount that cannot be negative cannot fall by more than all of it."""
    if role == "share":
        return _PERCENT
    if role == "growth":
        return _ANY if allowed.lower is None else _FALLS_TO_NOTHING
    if role == "multiple":
        return _NOT_NEGATIVE
    return _ANY if role == "change" else allowed


def rounding_of(as_written: str, value: Decimal) -> Interval:
    """The interval of a written amount by its rounding alone: half a unit of its last written digit either way.

    The digits are read from the words; where they cannot be found, zeros at the end of a round number count as not written.
    """
    from app.domain.mentions import find_mentions  # noqa: PLC0415 - a hundred patterns, seldom needed

    found = (_written(mention.number, mention.scale) for mention in find_mentions(as_written) if mention.value == value)
    written = next((each for each in found if each is not None and each.value == value), None)
    return interval_of(written or parse_written(f"{value:f}"))


def _written(digits: str, scale: str) -> Written | None:
    bare = "".join(char for char in digits if char.isascii() and (char.isdigit() or char == "."))
    try:
        return parse_written(f"{bare} {scale.lower()}")
    except ValueError:
        return None
