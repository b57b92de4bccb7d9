"""Prepares a database for serving and runs the server until it is told to stop."""

import errno
import gc
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from app.db import SCHEMA_REVISION, check_schema, schema_revision
from app.errors import ClaimbookError
from app.main import CONNECTION, LOGS, LOOP, create_app
from app.paths import bundled
from app.queries.service import is_empty
from app.settings import Settings

BACKLOG = 2048  # connections that may wait to be taken
FILES = 256
"""Files a process opens beside its connections."""
LAST_SECONDS = 1.0
"""Seconds after the grace time in which a thread may still end by itself."""


def prepare(engine: sa.Engine, *, migrate_postgres: bool) -> Iterator[str]:
    """Migrate and seed as far as that is ours to do; yields a line for each thing done.

    SQLite is migrated always, PostgreSQL only when asked; an empty database gets the shipped data.
    """
    with engine.connect() as connection:
        before = schema_revision(connection)
    if before != SCHEMA_REVISION and (engine.dialect.name == "sqlite" or migrate_postgres):
        from app.upgrade import migrate

        migrate(engine)
        yield f"Migrated the schema to {SCHEMA_REVISION}."
    with engine.connect() as connection:
        check_schema(connection)
        empty = is_empty(connection)
    if empty:
        from app.seed.load import seed_directory

        outcome = seed_directory(engine, bundled("seed_data"))
        loaded = outcome.counts.get("statement", {}).get("created", 0)
        yield f"Loaded the shipped data: {loaded} statements."


def listen(settings: Settings) -> socket.socket:
    """A socket that listens on the configured address. Raises ClaimbookError when that cannot be had."""
    address = f"{settings.host}:{settings.port}"
    try:
        family, kind, protocol, _, target = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise ClaimbookError(f"The host {settings.host!r} is not known ({error.strerror}); --host chooses another.") from None
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(target)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        reason = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be listened on ({error.strerror})"
        raise ClaimbookError(f"{address} {reason}; --port or --host chooses another.") from None
    return listener


def run(settings: Settings, listener: socket.socket, *, workers: int, access_log: bool) -> None:
    """Serve on the listening socket until stopped."""
    room = _room(settings.max_connections)
    known = {"port": listener.getsockname()[1], "max_connections": room, "access_log": access_log or settings.access_log}
    settings = settings.model_copy(update=known)
    address = settings.address
    print(
        f"Claimbook serves at {address}\n"
        f"  start    {address}/\n"
        f"  API      {address}/docs\n"
        f"  figures  {address}/v1/statements\n"
        "Stop with Ctrl+C.",
        flush=True,
    )
    with suppress(KeyboardInterrupt), ExitStack() as stack:
        if workers == 1:
            config = _config(create_app(settings, on_open=_keep_what_is_there, on_stop=leave_soon), settings)
            uvicorn.Server(config).run(sockets=[listener])
        else:
            settings.metrics_dir = settings.metrics_dir or Path(stack.enter_context(TemporaryDirectory(prefix="claimbook-")))
            os.environ.update(_environment(settings))
            config = _config("app.serving:app_of_a_worker", settings, workers=workers)
            Multiprocess(config, sockets=[listener]).run()


def app_of_a_worker() -> FastAPI:
    """The application in a worker process."""
    app = create_app(Settings(), on_stop=leave_soon)
    _keep_what_is_there()
    return app


def _keep_what_is_there() -> None:
    """Spare the garbage collector what lives as long as the process: looking through it again and again makes answers wait."""
    gc.freeze()
    gc.enable()


def leave_soon() -> None:
    """End this process even if a thread is still at work: the grace time is over when the application stops."""
    timer = threading.Timer(LAST_SECONDS, os._exit, (128 + signal.SIGTERM,))
    timer.daemon = True
    timer.start()


def _room(wanted: int) -> int:
    """The number of connections there is room for, once this process may open as many files as the system lets it."""
    try:
        import resource
    except ImportError:  # a system that counts files otherwise
        return wanted
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = 2 * wanted + FILES if most == resource.RLIM_INFINITY else most
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
    return max(1, min(wanted, (allowed - FILES) // 2))


def _config(application: FastAPI | str, settings: Settings, *, workers: int | None = None) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        factory=isinstance(application, str),
        workers=workers,
        http=CONNECTION,
        ws="none",
        loop=LOOP,
        backlog=BACKLOG,
        log_config=LOGS,
        log_level="error",
        access_log=False,
        timeout_graceful_shutdown=settings.grace_seconds,
        server_header=False,
        proxy_headers=False,
    )


def _environment(settings: Settings) -> dict[str, str]:
    """The settings as worker processes read them."""
    fields = Settings.model_fields
    variables = {name: str(field.validation_alias or f"CLAIMBOOK_{name.upper()}") for name, field in fields.items()}
    return {variables[name]: str(value) for name, value in settings.model_dump(exclude_none=True).items()}
