"""What may a draft propose? The codes of a seed directory and of a database, with the names a text may use for them."""

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.domain.units import Family
from app.models import Actor, Indicator, Region, Unit
from app.seed.gather import Seed


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an indicator measures, in words, and how."""

    names: tuple[str, ...]
    definition: str
    family: Family
    stock: bool


@dataclass(slots=True)
class Names:
    """Known codes with their names in English and Chinese; those of units with their symbols too."""

    regions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    actors: dict[str, tuple[str, ...]] = field(default_factory=dict)
    indicators: dict[str, Meaning] = field(default_factory=dict)
    units: dict[str, tuple[str, ...]] = field(default_factory=dict)
    families: dict[str, Family] = field(default_factory=dict)
    """unit → its family"""

    def learn_seed(self, seed: Seed) -> None:
        """Add what a seed directory defines."""
        for unit in seed.units:
            self._learn_unit(unit.shape)
        for region in seed.regions:
            self.regions[region.shape.code] = _names(region.shape)
        for actor in seed.actors:
            self.actors[actor.shape.code] = _names(actor.shape)
        for indicator in seed.indicators:
            self._learn_indicator(indicator.shape)

    def learn_database(self, connection: sa.Connection) -> None:
        """Add what a database holds."""
        for unit in connection.execute(sa.select(Unit.__table__).order_by(Unit.code)):
            self._learn_unit(unit)
        for region in connection.execute(sa.select(Region.code, Region.name, Region.name_zh).order_by(Region.code)):
            self.regions[region.code] = _names(region)
        for actor in connection.execute(sa.select(Actor.code, Actor.name, Actor.name_zh).order_by(Actor.code)):
            self.actors[actor.code] = _names(actor)
        for indicator in connection.execute(sa.select(Indicator.__table__).order_by(Indicator.code)):
            self._learn_indicator(indicator)

    def _learn_unit(self, unit: Any) -> None:
        self.units[unit.code] = (*_names(unit), *((unit.symbol,) if unit.symbol else ()))
        self.families[unit.code] = unit.family

    def _learn_indicator(self, indicator: Any) -> None:
        stock = indicator.stock_flow == "stock"
        self.indicators[indicator.code] = Meaning(_names(indicator), indicator.definition, indicator.dimension, stock)


def _names(entry: Any) -> tuple[str, ...]:
    return tuple(name for name in (entry.name, entry.name_zh) if name)
