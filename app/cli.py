"""The command line: `claimbook …`. Argument parsing and printing only; heavy imports wait for the command that needs them."""

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from pydantic import ValidationError

from app.errors import ClaimbookError, SeedError
from app.settings import DEFAULT_DATABASE, Settings

if TYPE_CHECKING:
    import sqlalchemy as sa

    from app.seed.load import Outcome
    from app.seed.names import Names

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
    except SeedError as error:
        *faults, summary = str(error).splitlines()
        _fail(summary, *faults)
    except ClaimbookError as error:
        _fail(str(error))


def _fail(message: str, *before: str) -> NoReturn:
    print(*before, f"claimbook: {message}", sep="\n", file=sys.stderr)
    raise SystemExit(1)


def _settings(database: str | None, **given: Any) -> Settings:
    """Settings from the environment and from the options that were given. Raises ClaimbookError naming where a wrong one is."""
    chosen = {name: value for name, value in given.items() if value is not None}
    if database is not None:
        chosen |= {"DATABASE_URL": database, "DATABASE_READ_URL": None}  # standbys are those of another database
    try:
        return Settings(**chosen)
    except ValidationError as error:
        faults = [f"{_place(str(each['loc'][0]), chosen)}: {each['msg']}" for each in error.errors(include_url=False)]
        raise ClaimbookError("; ".join(faults)) from None


def _place(name: str, chosen: dict[str, Any]) -> str:
    """The option or environment variable that set a setting."""
    if name.startswith("DATABASE_"):
        return "--database" if name in chosen else name
    return f"--{name}" if name in chosen else f"CLAIMBOOK_{name.upper()}"


@contextmanager
def _opened(settings: Settings, *, create: bool = False) -> Iterator["sa.Engine"]:
    """An engine that is disposed of afterwards; an unreachable database is one line."""
    from app.db import make_engine, reachable
    from app.queries.damage import damage_told

    engine = make_engine(settings, create=create)
    if engine.dialect.name == "sqlite" and engine.url.database in (None, "", ":memory:"):
        raise ClaimbookError("A database in memory would be gone with this command; sqlite:///file.db was expected.")
    try:
        with reachable(), damage_told(engine):
            engine.connect().close()
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
    gc.disable()  # what a start makes is there to stay; `run` turns it on again when all is made
    try:
        from app.serving import listen, prepare, run

        settings = _settings(database, host=host, port=port)
        with listen(settings) as listener:
            with _opened(settings, create=True) as engine:
                for line in prepare(engine, migrate_postgres=migrate):
                    print(line, flush=True)
            run(settings, listener, workers=workers, access_log=access_log)
    finally:
        gc.enable()


@app.command()
def migrate(
    distributed: Annotated[bool, typer.Option("--distributed", help="Lay the tables out over a Citus cluster.")] = False,
    database: Database = None,
) -> None:
    """Bring the database's schema to this program's."""
    from app.db import SCHEMA_REVISION
    from app.upgrade import check_distributable, distribute
    from app.upgrade import migrate as upgrade

    settings = _settings(database)
    if distributed and settings.database_url.startswith("sqlite"):
        raise ClaimbookError("--distributed needs a PostgreSQL database with the extension citus; nothing was changed.")
    with _opened(settings, create=True) as engine:
        if distributed:
            check_distributable(engine)
        before = upgrade(engine)
        if distributed:
            print("The tables are laid out over the cluster" + (" now." if distribute(engine) else " already."))
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
    prune: Annotated[
        bool, typer.Option("--prune", help="Delete every document of the database that the directory does not hold.")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", help="With --check: check again whenever a file changes.")] = False,
    texts: Annotated[
        Path | None, typer.Option("--texts", metavar="DIR", help="Your copies of the texts, to check spans and numbers against.")
    ] = None,
    database: Database = None,
) -> None:
    """Make the database say what a seed directory says: all of it or nothing, and twice is once."""
    from app.paths import bundled
    from app.seed.gather import gather
    from app.seed.load import check_seed, load_seed
    from app.upgrade import migrate as upgrade

    settings, directory = _settings(database), source or bundled("seed_data")
    if watch:
        if not check:
            raise ClaimbookError("--watch goes with --check.")
        _watch(settings, directory, texts, prune=prune)
    elif check:
        _report(_check(settings, directory, texts, prune=prune), check=True, prune=prune)
    else:
        fresh = not _has_schema(settings)
        found = gather(directory, texts)
        if fresh:
            check_seed(found)  # before a database is made for it
        with _opened(settings, create=True) as engine:
            if engine.dialect.name == "sqlite":
                upgrade(engine)
            with _progress("Loading") as progress:
                outcome = load_seed(engine, found, prune=prune, progress=progress)
        _report(outcome, check=False, prune=prune)


def _check(settings: Settings, directory: Path, texts: Path | None, *, prune: bool) -> "Outcome":
    """What loading a directory would do; writes nothing. Raises SeedError."""
    from app.seed.gather import gather
    from app.seed.load import check_seed, load_seed

    fresh = not _has_schema(settings)
    found = gather(directory, texts)
    if fresh:
        return check_seed(found)
    with _opened(settings) as engine, _progress("Checking") as progress:
        return load_seed(engine, found, check=True, prune=prune, progress=progress)


def _watch(settings: Settings, directory: Path, texts: Path | None, *, prune: bool) -> None:
    """Check a directory now and after each change of a file in it, until Ctrl+C."""
    from app.seed.watch import watch_directory

    def look(changed: list[str]) -> None:
        print(f"\nChanged: {', '.join(changed)}" if changed else f"Watching {directory}; stop with Ctrl+C.")
        try:
            _report(_check(settings, directory, texts, prune=prune), check=True, prune=prune)
        except ClaimbookError as error:
            print(error)
        sys.stdout.flush()

    for each in (directory, *([texts] if texts else [])):
        if not each.is_dir():
            raise ClaimbookError(f"There is no directory {each}.")
    watch_directory(directory, look)


def _has_schema(settings: Settings) -> bool:
    """Whether there is a database with a schema of ours, of whatever version."""
    from app.db import parse_url, schema_revision

    url = parse_url(settings.database_url)
    file = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
    if file and not file.is_dir() and not (file.exists() and file.stat().st_size):
        return False
    with _opened(settings) as engine, engine.connect() as connection:
        return schema_revision(connection) is not None


def _report(outcome: "Outcome", *, check: bool, prune: bool, what: str = "seed data") -> None:
    for resource, operations in outcome.counts.items():
        print(f"{resource}: " + ", ".join(f"{number} {operation}" for operation, number in sorted(operations.items())))
    if outcome.absent:
        fate = "would be removed" if check else "removed"
        told = (
            f"Not in the directory, {fate}" if prune else "Documents of other directories, left alone (--prune would delete them)"
        )
        print(f"{told}: {', '.join(outcome.absent)}")
    for doubt in outcome.doubts:
        print(f"{doubt}", file=sys.stderr)
    if outcome.doubts:
        many = f"{len(outcome.doubts)} doubt{'s' if len(outcome.doubts) > 1 else ''}"
        print(f"{many}: look at the words again. They are no faults, and stop nothing.", file=sys.stderr)
    if check:
        print(f"The {what} are sound; nothing was written.")
    elif outcome.changed:
        print(f"The database is now at data version {outcome.version}.")
    else:
        print(f"Nothing has changed; the database stays at data version {outcome.version}.")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Records (.ndjson), or a table of statements (.csv, .parquet).")],
    check: Annotated[bool, typer.Option("--check", help="Try everything; write nothing.")] = False,
    database: Database = None,
) -> None:
    """Load a large file in one go: all of it or nothing, and twice is once."""
    from tempfile import TemporaryDirectory

    from app.bulk.load import load_file
    from app.upgrade import migrate as upgrade

    settings = _settings(database)
    with TemporaryDirectory() as scratch:
        if check and not _has_schema(settings):
            settings = _settings(f"sqlite:///{scratch}/claimbook.db")  # tried there; no database is made for it
        with _opened(settings, create=True) as engine:
            if engine.dialect.name == "sqlite":
                upgrade(engine)
            with _progress("Loading") as progress:
                outcome = load_file(engine, file, check=check, progress=progress)
    _report(outcome, check=check, prune=False, what="data")


@app.command()
def generate(
    statements: Annotated[int, typer.Argument(metavar="N", min=1, max=100_000_000, help="How many statements.")],
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Where to write: .ndjson, .csv, or - to print.")] = "-",
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="Another number makes another data set.")] = 1,
) -> None:
    """Write a made-up data set of any size for benchmarks: the same for the same numbers."""
    from app.bulk.write import write_generated

    write_generated(statements, seed, out)


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
def draft(
    article: Annotated[Path, typer.Argument(metavar="ARTICLE.txt", help="The article as a text file in UTF-8.")],
    published: Annotated[
        datetime | None, typer.Option("--published", metavar="DATE", formats=["%Y-%m-%d"], help="Day of publication.")
    ] = None,
    publisher: Annotated[str | None, typer.Option("--publisher", metavar="NAME", help="Name or code of the publisher.")] = None,
    url: Annotated[str | None, typer.Option("--url", help="Address of the article.")] = None,
    title: Annotated[str | None, typer.Option("--title", help="Title of the article.")] = None,
    language: Annotated[str | None, typer.Option("--language", metavar="TAG", help="Such as en. Default: guessed.")] = None,
    source: Annotated[
        Path | None, typer.Option("--from", metavar="DIR", help="Seed directory whose codes may be proposed.")
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to write. Default: print.")] = None,
    database: Database = None,
) -> None:
    """Write the seed file of an article as far as its text tells; gaps are marked TODO."""
    from app.seed.draft import code_of, draft, read_article, write_draft

    text = read_article(article)
    drafted = draft(
        text,
        title=title,
        published_on=published.date() if published else None,
        publisher=publisher,
        url=url,
        language=language,
        known=_names(_settings(database), source),
        code=code_of(output.stem) if output else code_of(title or "") or code_of(article.stem),
    )
    if output is None:
        print(drafted, end="")
    else:
        write_draft(output, drafted)
        directory = output.parent.parent if output.parent.name == "documents" else source or "DIR"
        print(f"{output} is written; fill the gaps (TODO) that `claimbook seed --from {directory} --check --watch` names.")


def _names(settings: Settings, source: Path | None) -> "Names":
    """The codes a draft may propose: those of the database and of the directory; without either, the shipped ones."""
    from app.db import check_schema
    from app.paths import bundled
    from app.seed.gather import gather
    from app.seed.names import Names

    if source and not source.is_dir():
        raise ClaimbookError(f"There is no directory {source}.")
    names = Names()
    if _has_schema(settings):
        with _opened(settings) as engine, engine.connect() as connection:
            check_schema(connection)
            names.learn_database(connection)
    if source or not names.units:
        names.learn_seed(gather(source or bundled("seed_data")))
    return names


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


@app.command()
def export(
    name: Annotated[
        str,
        typer.Argument(
            metavar="LIST[.FORMAT]", help="Such as statements.csv or documents/CODE/mentions.parquet; package.zip is everything."
        ),
    ],
    filters: Annotated[
        list[str] | None, typer.Argument(metavar="FILTER...", help="NAME=VALUE, or a query string such as 'kind=target&unit=km'.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write; - is standard output.")] = ...,  # type: ignore[assignment]
    database: Database = None,
) -> None:
    """Write a list as flat rows, or the whole data package, into a file: the very bytes that the API answers."""
    from app.exporting import STANDARD_OUTPUT
    from app.exporting import export as write

    settings = _settings(database)
    with _opened(settings) as engine:
        size = write(settings, engine, name, filters or [], out)
    if out != STANDARD_OUTPUT:
        print(f"{out}: {size:,} bytes")


@app.command()
def mcp(
    http: Annotated[bool, typer.Option("--http", help="Answer over HTTP on this machine instead.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="With --http: port to listen on; 0 takes a free one.")] = 8765,
    database: Database = None,
) -> None:
    """Let an assistant read, over the Model Context Protocol on standard input and output. Nothing is written."""
    try:
        from app.mcp.server import LOOPBACK, serve_http, serve_stdio
    except ModuleNotFoundError as error:
        if str(error.name).partition(".")[0] != "mcp":
            raise
        raise ClaimbookError("This needs an extra that is not installed: pip install 'claimbook[mcp]'.") from None
    from app.serving import listen

    settings = _settings(database)
    with _opened(settings) as engine:
        if not http:
            serve_stdio(settings, engine)
            return
        with listen(settings.model_copy(update={"host": LOOPBACK, "port": port})) as listener:
            print(f"Claimbook answers at http://{LOOPBACK}:{listener.getsockname()[1]}/mcp\nStop with Ctrl+C.", flush=True)
            serve_http(settings, engine, listener)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write; must not be there yet.")],
    drill: Annotated[bool, typer.Option("--drill", help="Restore the copy in a scratch place and compare.")] = False,
    database: Database = None,
) -> None:
    """Copy the database while it is in use; --drill shows that the copy can be restored."""
    from tempfile import TemporaryDirectory

    from app.bulk.backup import backup as write
    from app.bulk.backup import restored
    from app.db import check_schema

    with _opened(_settings(database)) as engine:
        with engine.connect() as connection:
            check_schema(connection)
        written = write(engine, file)
        print(f"{file}: {file.stat().st_size:,} bytes, {sum(written.rows.values()):,} rows, SHA-256 {written.digest}")
        if not drill:
            return
        with TemporaryDirectory() as scratch:
            found = restored(engine, file, Path(scratch))
    for table, rows in written.rows.items():
        print(f"{table:20} {rows:>12,} {found.rows[table]:>12,}")
    if found != written:
        raise ClaimbookError("What was restored differs from what the database held.")
    print("Restored and compared: the same rows, the same SHA-256.")


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
        told = ", ".join(f"{number} {state}" for state, number in sorted(counts.items())) or "no statements"
        version = "" if each.exact_copy else " (another version, accepted)"
        print(f"{each.path}: {each.document}{version}: {told}" + ("" if each.changed else "; attached already"))
    for refusal in refused:
        print(f"claimbook: {refusal.path}: {refusal.reason}", file=sys.stderr)
    if refused:
        raise SystemExit(1)
