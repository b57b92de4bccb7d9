"""Brings a database's schema to this program's, all or nothing, on either engine."""

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.db import ONE_BY_ONE, SCHEMA_REVISION, is_rendered, retried, schema_revision, written
from app.errors import DatabaseUnavailableError, SchemaMismatchError
from app.paths import bundled
from app.upkeep import distribution
from app.upkeep.everything import rebuild


def config_for(connection: sa.Connection | None = None) -> Config:
    """Alembic's configuration; there is no ini file."""
    config = Config()
    config.set_main_option("script_location", str(bundled("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def migrate(engine: sa.Engine, revision: str = "head") -> str | None:
    """Move the schema to `revision` in one transaction and return the revision it was at before; nothing when it is there.

    On SQLite foreign keys are off while tables are copied (a drop would cascade) and checked before the commit. A database
    that is newer than this program is left alone. Raises SchemaMismatchError.
    """
    with engine.connect() as connection:
        if revision == "head" and schema_revision(connection) == SCHEMA_REVISION and is_rendered(connection):
            return SCHEMA_REVISION
    return retried(lambda: _move(engine, revision))


def _move(engine: sa.Engine, revision: str) -> str | None:
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect().execution_options(writes=True) as connection:
        if sqlite:
            _outside_transaction(connection, "PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                if not sqlite:
                    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('claimbook.migrate'))")
                    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
                    connection.exec_driver_sql(ONE_BY_ONE)
                    connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
                before = schema_revision(connection)
                known = {script.revision for script in ScriptDirectory.from_config(config_for()).walk_revisions()}
                if before is not None and before not in known:
                    raise SchemaMismatchError(
                        f"The database's schema ({before}) is newer than this program's ({SCHEMA_REVISION}); "
                        "install the newer program."
                    )
                _run(connection, revision)
                if revision == "head":
                    rebuild(connection)
                if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
                    raise SchemaMismatchError(f"The migration would break {len(broken)} references; nothing was changed.")
        finally:
            if sqlite:
                _outside_transaction(connection, "PRAGMA foreign_keys=ON")
    return before


def check_distributable(engine: sa.Engine) -> None:
    """Raise DatabaseUnavailableError unless the database is one whose tables can be laid out over several machines."""
    with engine.connect() as connection:
        reason = distribution.obstacle(connection)
    if reason is not None:
        raise DatabaseUnavailableError(reason)


def distribute(engine: sa.Engine) -> bool:
    """Lay the tables out over a Citus cluster, in one transaction; False when that was done before."""
    return written(engine, distribution.distribute)


def _run(connection: sa.Connection, revision: str) -> None:
    config = config_for(connection)
    if revision == "base" or revision.startswith("-"):
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)


def _outside_transaction(connection: sa.Connection, statement: str) -> None:
    cursor = connection.connection.cursor()
    cursor.execute(statement)
    cursor.close()
