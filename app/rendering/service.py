"""The log of changes and the state of a standby as they go over the wire."""

from sqlalchemy import RowMapping

from app import models
from app.schemas import service


def change(row: models.Change) -> service.Change:
    """A line of the change log."""
    return service.Change(
        version=row.version,
        resource=row.resource,
        code=row.code,
        operation=row.operation,
        fields=row.fields.split(";") if row.fields else [],
        at=row.at,
    )


def replica(state: RowMapping | None) -> service.Replica | None:
    """How far a standby has come; None for what is no standby."""
    if state is None:
        return None
    return service.Replica(
        receiving=state["receiving"],
        lag_seconds=None if state["lag_seconds"] is None else float(state["lag_seconds"]),
        lag_bytes=int(state["lag_bytes"]),
    )
