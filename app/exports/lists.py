"""Which columns does each flat list of figures have?"""

from collections.abc import Iterable

from app.exports.columns import Columns, ColumnType
from app.schemas.comparisons import FLAT_COMPARISON
from app.schemas.derivations import FLAT_DERIVATION
from app.schemas.observations import FLAT_OBSERVATION, FLAT_POINT
from app.schemas.statements import FLAT_COLUMNS

USUAL: dict[str, ColumnType] = {
    **dict.fromkeys(("value", "lower", "upper", "bound", "gap_relative"), "number"),
    **dict.fromkeys(("converted_value", "converted_lower", "converted_upper"), "number"),
    **dict.fromkeys(("lower_inclusive", "upper_inclusive", "approximate", "weak_period"), "flag"),
    **dict.fromkeys(("policies_disagree", "derived", "open_lower", "open_upper", "touching"), "flag"),
    **dict.fromkeys(("published_on", "period_start", "period_end"), "day"),
    **dict.fromkeys(("time", "groups", "evidence_start", "evidence_end", "paragraph", "version", "changed_in"), "whole"),
}
"""What a column of this name holds in every list of figures; every other one holds text."""


def _typed(names: Iterable[str], **own: ColumnType) -> Columns:
    return {name: own.get(name) or USUAL.get(name, "text") for name in names}


STATEMENTS = _typed(FLAT_COLUMNS)
COMPARISONS = _typed(FLAT_COMPARISON, statements="whole", documents="whole", sets="whole")
OBSERVATIONS = _typed(FLAT_OBSERVATION)
POINTS = _typed(FLAT_POINT, start="day", end="day", sources="whole")
DERIVATIONS = _typed(FLAT_DERIVATION)
