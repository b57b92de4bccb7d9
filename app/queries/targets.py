"""How is `unit_as=CNY:yi` read?"""

from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from app.domain.units import SCALES, SIGNS, parse_target
from app.queries.listing import Strict

_PATTERN = rf"^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?::(?:{'|'.join([*SCALES, *SIGNS])}))?$"


def _checked(text: str) -> str:
    parse_target(text)
    return text


UnitAs = Annotated[
    str,
    Field(max_length=40),
    AfterValidator(_checked),
    WithJsonSchema({"type": "string", "pattern": _PATTERN, "maxLength": 40, "examples": ["ha", "CNY:yi", "count:wan"]}),
]
"""A unit, and a scale if you like: `ha`, `CNY:yi`, `count:万`."""

UNIT_AS = (
    "The unit in which each figure is answered beside its own, with a scale if you like: `ha`, `CNY:yi`, `count:万` (scales: "
    f"{', '.join(SCALES)}). Exact inside a dimension; between currencies only at a rate that a document implies. Left out: none."
)


class UnitAsQuery(Strict):
    """The parameters of one statement."""

    unit_as: Annotated[UnitAs | None, Field(description=UNIT_AS)] = None
