"""What routes ask for: a session that sees one snapshot, the settings, and parameters that are exactly the declared ones."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated, Any, get_origin

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.api.remembered import SEEN
from app.domain.nearest import nearest
from app.errors import BadRequestError, Fault
from app.queries.listing import data_version
from app.settings import Settings


def get_session(request: Request) -> Iterator[Session]:
    """A reading session; all its queries see one snapshot of the database.

    Where several servers may answer it says first which version of the data it sees, so that the answer is named after it.
    """
    session: Session = request.app.state.sessions()
    try:
        settings = get_settings(request)
        if SEEN in request.scope and (settings.database_read_url or settings.transaction_pooler):
            request.scope[SEEN].append(data_version(session))
        yield session
    finally:
        with suppress(DBAPIError):  # the answer is made; the pool throws a connection away that broke meanwhile
            session.close()


def get_settings(request: Request) -> Settings:
    """The settings of this process."""
    settings: Settings = request.app.state.settings
    return settings


ReadSession = Annotated[Session, Depends(get_session)]
Configured = Annotated[Settings, Depends(get_settings)]


def declared_parameters(route: APIRoute) -> dict[str, bool]:
    """The query parameters of a route, and whether each may be repeated."""
    declared: dict[str, bool] = {}
    for parameter in route.dependant.query_params:
        model = parameter.field_info.annotation
        fields = getattr(model, "model_fields", None)
        if fields is None:
            declared[parameter.alias] = get_origin(model) is list
            continue
        for name, field in fields.items():
            declared[field.alias or name] = get_origin(field.annotation) is list
    return declared


async def strict_parameters(request: Request) -> None:
    """Refuse parameters that the route does not declare, and a second occurrence of one that takes a single value.

    Not a plain function: that would wait for a thread, and liveness must answer when all threads wait for the database.
    """
    names = [name for name, _ in request.query_params.multi_items()]
    route: Any = request.scope.get("route")
    if not names or not isinstance(route, APIRoute):
        return
    declared = declared_parameters(route)
    unknown = [name for name in dict.fromkeys(names) if name not in declared]
    if unknown:
        listed = ", ".join(declared) or "none"
        faults = [
            Fault("query", name, f"there is no such parameter here; the parameters are: {listed}", nearest(name, declared))
            for name in unknown
        ]
        raise BadRequestError("unknown-parameter", f"Unknown: {', '.join(unknown)}.{_hint(faults)}", faults)
    repeated = [name for name in dict.fromkeys(names) if names.count(name) > 1 and not declared[name]]
    if repeated:
        faults = [Fault("query", name, "one value was expected") for name in repeated]
        raise BadRequestError("repeated-parameter", f"Given more than once: {', '.join(repeated)}.", faults)


def _hint(faults: list[Fault]) -> str:
    guesses = [guess for fault in faults for guess in fault.did_you_mean[:1]]
    return f" Did you mean {' and '.join(guesses)}?" if guesses else ""
