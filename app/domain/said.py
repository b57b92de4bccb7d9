"""What do the columns of a statement mean together? For rows of the ORM, and for those that are read without it."""

from typing import Any

from app.domain.comparison import Base
from app.domain.evidence import Evidence
from app.domain.interval import Interval
from app.domain.period import Period


class Said:
    """A row with the columns of a statement."""

    __slots__ = ()

    @property
    def interval(self: Any) -> Interval | None:
        """The interval, or None without a quantity."""
        if self.interval_basis is None:
            return None
        return Interval(self.lower, self.lower_inclusive, self.upper, self.upper_inclusive, self.interval_basis)

    @property
    def period(self: Any) -> Period:
        """The period with how it came about."""
        return Period(
            type=self.period_type,
            start=self.period_start,
            end=self.period_end,
            as_written=self.period_as_written,
            basis=self.period_basis,
            rule=self.period_rule,
            anchor=self.period_anchor,
        )

    @property
    def evidence(self: Any) -> Evidence:
        """The span."""
        return Evidence(self.exact, self.evidence_start, self.evidence_end, self.paragraph)

    @property
    def base(self: Any) -> Base | None:
        """What the figure refers to, or None when it refers to nothing or that was not said."""
        if self.base_region is self.base_indicator is self.base_period is None:
            return None
        return Base(self.base_region, self.base_indicator, self.base_period)
