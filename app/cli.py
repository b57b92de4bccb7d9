"""The command line: `claimbook …`. Argument parsing and printing only; heavy imports wait for the command that needs them."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.errors import ClaimbookError
from app.settings import DEFAULT_DATABASE, Settings

if TYPE_CHECKING:
    import sqlalchemy as sa

    from app.seed.load import Outcome

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Which document claims which number, in which words?",
)
documents = typer.Typer(no_args_is_help=True, help="The operator's own copies of documents.")
app.add_typer(documents, name="documents")

Database = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help=f"Database address. Default: DATABASE_URL, else {DEFAULT_DATABASE}."),
]


def main() -> None:
    """Run the command line; an error of ours is one message and exit code 1, never a traceback."""
    try:
        app()
    except ClaimbookError as error:
        _fail(str(error))
    except KeyboardInterrupt:
        _fail("Interrupted; nothing was half written.", code=130)


def _fail(message: str, code: int = 1) -> None:
    print(f"claimbook: {message}", file=sys.stderr)
    raise SystemExit(code)


def _settings(database: str | None, **given: Any) -> Settings:
    from pydantic import ValidationError

    chosen = {name: value for name, value in given.items() if value is not None}
    if database is not None:
        chosen["database_url"] = database
    try:
        return Settings(**chosen)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise ClaimbookError(f"The setting {name} is not valid: {first['msg']}.") from None


@contextmanager
def _opened(settings: Settings, *, create: bool = False) -> Iterator["sa.Engine"]:
    """An engine that is disposed of afterwards; an unreachable database is one line."""
    from app.db import make_engine, reachable

    engine = make_engine(settings, create=create)
    try:
        with reachable():
            engine.connect().close()
        with reachable():
            yield engine
    finally:
        engine.dispose()


def _version(asked: bool) -> None:
    if asked:
        from app.version import VERSION

        print(f"claimbook {VERSION}")
        raise typer.Exit


@app.callback()
def _claimbook(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    pass


@app.command()
def serve(
    database: Database = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on. Default: 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on. Default: 8000.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Worker processes.")] = 1,
    access_log: Annotated[bool, typer.Option("--access-log", help="Log every request.")] = False,
    migrate: Annotated[bool, typer.Option("--migrate", help="Migrate PostgreSQL too; SQLite always is.")] = False,
) -> None:
    """Serve the API; on SQLite migrate first, and load the shipped data into an empty database."""
    from app.serving import prepare, run

    settings = _settings(database, host=host, port=port)
    with _opened(settings, create=True) as engine:
        for line in prepare(engine, migrate_postgres=migrate):
            print(line)
    run(settings, workers=workers, access_log=access_log)


@app.command()
def migrate(database: Database = None) -> None:
    """Bring the database's schema to this program's."""
    from app.db import SCHEMA_REVISION
    from app.upgrade import migrate as upgrade

    with _opened(_settings(database), create=True) as engine:
        before = upgrade(engine)
    if before == SCHEMA_REVISION:
        print(f"The schema is at {SCHEMA_REVISION} already; nothing to do.")
    else:
        print(f"The schema is now at {SCHEMA_REVISION} (before: {before or 'none'}).")


@app.command()
def seed(
    source: Annotated[
        Path | None, typer.Option("--from", metavar="DIR", help="Seed directory. Default: the shipped one.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Verify only; write nothing.")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Remove documents that the directory does not hold.")] = False,
    database: Database = None,
) -> None:
    """Make the database say what a seed directory says: all of it or nothing, and twice is once."""
    from app.db import schema_revision
    from app.paths import bundled
    from app.seed.load import check_directory, seed_directory
    from app.upgrade import migrate as upgrade

    directory = source or bundled("seed_data")
    settings = _settings(database)
    if check and not _exists(settings):
        _report(check_directory(directory), check=True, prune=prune)
        return
    with _opened(settings, create=not check) as engine:
        if engine.dialect.name == "sqlite" and not check:
            upgrade(engine)
        with engine.connect() as connection:
            empty = schema_revision(connection) is None
        if empty and check:
            _report(check_directory(directory), check=True, prune=prune)
            return
        with _progress("Loading") as progress:
            outcome = seed_directory(engine, directory, check=check, prune=prune, progress=progress)
    _report(outcome, check=check, prune=prune)


def _exists(settings: Settings) -> bool:
    from app.db import parse_url

    url = parse_url(settings.database_url)
    return url.get_backend_name() != "sqlite" or (url.database is not None and Path(url.database).exists())


def _report(outcome: "Outcome", *, check: bool, prune: bool) -> None:
    for resource, operations in outcome.counts.items():
        print(f"{resource}: " + ", ".join(f"{number} {operation}" for operation, number in sorted(operations.items())))
    if outcome.absent:
        removed = "removed" if prune and not check else "would be removed by --prune" if not prune else "would be removed"
        print(f"Not in the directory, {removed}: {', '.join(outcome.absent)}")
    if check:
        print("The seed data are sound; nothing was written.")
    elif outcome.changed:
        print(f"The database is now at data version {outcome.version}.")
    else:
        print(f"Nothing has changed; the database stays at data version {outcome.version}.")


@contextmanager
def _progress(title: str) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on a terminal, silence elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=None)

        def step(what: str, done: int, total: int) -> None:
            bar.update(task, description=f"{title} {what}", completed=done, total=total)

        yield step


@app.command()
def verify(
    document: Annotated[str | None, typer.Argument(help="Only this document.")] = None,
    database: Database = None,
) -> None:
    """Check every locator against the attached texts; exit code 1 unless each is verified or unattached."""
    from collections import Counter

    from app.seed.attach import verify_statements

    with _opened(_settings(database)) as engine:
        states = verify_statements(engine, document)
    for id_, state in states:
        print(f"{state:10} {id_}")
    counts = Counter(state for _, state in states)
    print(", ".join(f"{number} {state}" for state, number in sorted(counts.items())) or "no statements")
    if set(counts) - {"verified", "unattached"}:
        raise SystemExit(1)


@documents.command("attach")
def attach(
    paths: Annotated[list[Path], typer.Argument(help="Text files, or directories of .txt files.")],
    accept: Annotated[bool, typer.Option("--accept", help="Take a text that is not the very one locators refer to.")] = False,
    database: Database = None,
) -> None:
    """Attach your own copies of documents, recognised by their content, and check every locator against them."""
    from collections import Counter

    from app.seed.attach import attach as attach_texts

    with _opened(_settings(database)) as engine:
        attached, refused = attach_texts(engine, paths, accept=accept)
    for each in attached:
        counts = Counter(each.states.values())
        told = ", ".join(f"{number} {state}" for state, number in sorted(counts.items()))
        print(f"{each.path}: {each.document}" + ("" if each.exact_copy else " (another version, accepted)") + f": {told}")
    for refusal in refused:
        print(f"claimbook: {refusal.path}: {refusal.reason}", file=sys.stderr)
    if refused:
        raise SystemExit(1)
