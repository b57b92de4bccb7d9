"""The log of changes as it goes over the wire."""

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
