"""Puts the application together: wiring only."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import sqlalchemy as sa
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from app.api import metrics, problems
from app.api.coding import Coded
from app.api.conditional import Clock, Conditional, follows_from_data, names
from app.api.deprecation import Deprecated
from app.api.door import Door, Sealed
from app.api.front import Fronted
from app.api.logs import CONFIGURATION, Logged
from app.api.metering import Metered, Tally
from app.api.metrics import state_of
from app.api.negotiation import Negotiated
from app.api.opening import Opened, Opening
from app.api.peers import Peers
from app.api.quick import Quick, Shortly, Straight
from app.api.ranges import Ranges
from app.api.remembered import Remembered
from app.api.spool import Spool
from app.api.tracing import TELEMETRY, trace_queries
from app.api.turns import Turns
from app.db import make_engine, make_sessions
from app.exports.formats import WHOLE
from app.settings import Settings
from app.version import VERSION
from app.web.twins import Twinned, pages_of_data

EXPOSED = [
    *("ETag", "Link", "Content-Range", "Accept-Ranges", "Content-Disposition", "Content-Location", "Retry-After"),
    *("Deprecation", "Sunset", "X-Request-Id"),
]

CONNECTION = "app.api.connection:Connection"
LOOP = "app.api.accepting:GreedyLoop"
"""The protocol of a connection and the event loop, by name: each process of a server loads them for itself."""
LOGS = CONFIGURATION


def create_app(
    settings: Settings | None = None,
    *,
    engine: sa.Engine | None = None,
    on_open: Callable[[], None] | None = None,
    on_stop: Callable[[], None] = lambda: None,
) -> Fronted:
    """The application for these settings; `engine` is made from them unless one is given, `on_stop` is called at the very end.

    With `on_open` the routes are made once the server runs, beside what it answers without them; then that is called.
    """
    settings = settings or Settings()
    engine = engine or make_engine(settings, reading=True)
    trace_queries(engine)
    spool = Spool(settings.spool_dir, settings.spool_bytes)

    clock, tally = Clock(engine), Tally()
    peers = Peers(settings.metrics_dir, lambda: state_of(tally, engine, clock))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        spool.sweep()
        if settings.metered:
            await peers.open()
        opening.begin()
        yield
        peers.close()
        spool.close()
        engine.dispose()
        on_stop()

    app = create_bare(settings, engine, lifespan)
    opening, is_page = Opening(partial(add_routes, app), on_open), pages_of_data(app)

    def follows(path: str) -> bool:
        return follows_from_data(path) or (opening.is_over and is_page(path))

    app.add_middleware(Turns, seconds=settings.pool_timeout)
    quick, name_of, most = Quick(engine=engine, settings=settings), names(settings), settings.remember_bytes // 4
    app.add_middleware(Shortly, quick=quick)
    app.add_middleware(
        Conditional, follows=follows, name_of=name_of, clock=clock, spool=spool, most_bytes=most, answers=tally.answers
    )
    app.add_middleware(Negotiated, routes=app, address=settings.address)
    app.add_middleware(Twinned, routes=app)
    app.add_middleware(Ranges, spool=spool, whole=WHOLE)
    app.add_middleware(Coded)
    app.add_middleware(Deprecated, routes=app)
    app.add_middleware(Door, routes=app)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD", "OPTIONS"],
        allow_headers=["*"],
        expose_headers=EXPOSED,
        max_age=86400,
    )
    app.add_middleware(Sealed)
    app.add_middleware(Opened, opening=opening)
    app.put_before(
        Remembered,
        follows=follows,
        now=clock,
        straight=Straight(quick, name_of, settings.address),
        most_bytes=most,
        answers=tally.answers,
    )
    if settings.metered:
        app.state.peers = peers
        app.include_router(metrics.router)
        app.put_before(Metered, tally=tally, routes=app, opening=opening)
    app.put_before(Logged, access_log=settings.access_log)
    return app


def create_routes(settings: Settings, engine: sa.Engine) -> Fronted:
    """The routes alone, without the layers around them: what each answers by itself."""
    app = create_bare(settings, engine)
    add_routes(app)
    return app


def create_bare(settings: Settings, engine: sa.Engine, lifespan: Any = None) -> Fronted:
    """What routes and layers are put on."""
    app = Fronted(
        title="Claimbook",
        version=VERSION,
        summary="Every figure a document claims, tied to the words that claim it.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
        telemetry=TELEMETRY,
    )
    app.state.settings = settings
    app.state.engine = engine
    app.state.sessions = make_sessions(engine)
    problems.install(app)
    return app


def add_routes(app: FastAPI) -> None:
    """Put every route on. Importing them is half the time that a start takes."""
    from app.routes import PARTS
    from app.web import pages

    for part in PARTS:
        app.include_router(part.router)
    app.state.pages = pages.router


def app_from_environment() -> FastAPI:
    """For `uvicorn --factory app.main:app_from_environment`."""
    return create_app(Settings())
