"""What can go wrong, in the words of the domain. Nothing here knows of HTTP or of a terminal."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Fault:
    """One thing wrong with what was asked: where, what, and what would have worked."""

    where: str
    """`query`, `path`, `header` or `body`."""
    name: str
    message: str
    did_you_mean: list[str] = field(default_factory=list)
    pointer: str | None = None
    """JSON pointer to the place, for a fault in a body."""


class ClaimbookError(Exception):
    """An error with a message for the one who must act."""


class BadRequestError(ClaimbookError):
    """A request that cannot be answered as asked; `code` names the problem, `faults` everything wrong with it."""

    def __init__(self, code: str, detail: str, faults: list[Fault] | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.faults = faults or []


class NotFoundError(ClaimbookError):
    """There is no such thing; `did_you_mean` holds the nearest codes that exist."""

    def __init__(self, noun: str, code: str, did_you_mean: list[str]) -> None:
        super().__init__(f"There is no {noun} with the code {code!r}.")
        self.noun = noun
        self.did_you_mean = did_you_mean


class WithdrawnError(ClaimbookError):
    """The statement existed and was withdrawn in data version `changed_in`."""

    def __init__(self, statement: str, changed_in: int) -> None:
        super().__init__(f"The statement {statement!r} was withdrawn in data version {changed_in}.")
        self.changed_in = changed_in


class SchemaMismatchError(ClaimbookError):
    """The database's schema is missing, older or newer than this program's."""


class DatabaseUnavailableError(ClaimbookError):
    """The database cannot be reached or opened."""


class DamagedError(ClaimbookError):
    """The database holds what its tables cannot hold."""

    def __init__(self) -> None:
        super().__init__("The database is damaged: it holds what its tables cannot hold. Its operator must restore it.")


class SeedError(ClaimbookError):
    """Seed data that cannot be loaded; the message lists every fault with file, line and column."""
