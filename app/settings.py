"""What an operator can set, each from the environment; every field says what it does and what happens when it is left out."""

import ipaddress
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_DATABASE = "sqlite:///claimbook.db"


class Settings(BaseSettings):
    """Settings of one process. Read once at start; `create_app` takes them as an argument."""

    model_config = SettingsConfigDict(env_prefix="CLAIMBOOK_", extra="ignore", populate_by_name=True)

    database_url: str = Field(
        default=DEFAULT_DATABASE,
        validation_alias="DATABASE_URL",
        repr=False,  # it may hold a password
        description="SQLAlchemy address of the database: sqlite:///file.db or postgresql+psycopg://user:password@host/name.",
    )
    database_read_url: str | None = Field(
        default=None,
        validation_alias="DATABASE_READ_URL",
        description="Address of PostgreSQL standbys that answer all requests instead; several hosts may be named. "
        "Left out: `DATABASE_URL` answers.",
    )
    transaction_pooler: bool = Field(
        default=False,
        description="Whether PostgreSQL is reached through a pooler in transaction mode: no statement is prepared and nothing is "
        "set beyond a transaction.",
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="TCP port to listen on; 0 takes a free one.")
    base_url: str | None = Field(
        default=None,
        description="Address clients reach this server at; links are built from it, never from the Host header. "
        "Left out: http://HOST:PORT.",
    )
    serve_quotes: bool | None = Field(
        default=None,
        description="Whether sentences of attached documents are served. Left out: only while listening on loopback.",
    )
    serve_texts: bool | None = Field(
        default=None,
        description="Whether pages of documents show the whole attached text; quotes must be served too. Left out: only while "
        "listening on loopback with no other CLAIMBOOK_BASE_URL.",
    )
    pool_size: int = Field(default=10, ge=1, le=200, description="Database connections kept by one process.")
    pool_timeout: float = Field(default=2.0, gt=0, le=60, description="Seconds a request waits for a connection before a 503.")
    statement_timeout: float = Field(
        default=10.0, gt=0, le=600, description="Seconds that reading may take in one statement of SQL before a 503."
    )
    remember_bytes: int = Field(
        default=64 * 1024 * 1024,
        ge=0,
        le=64 * 1024**3,
        description="Bytes of answers and statements that one process keeps while the data stay the same; 0 keeps none.",
    )
    spool_dir: Path | None = Field(
        default=None,
        description="Directory in which a process makes a private one for answers above 8 MiB. Left out: the system's for "
        "temporary files.",
    )
    spool_bytes: int = Field(
        default=1024**3, ge=0, le=2**50, description="Bytes of such answers that one process keeps there; 0 keeps none."
    )
    busy_timeout: float = Field(
        default=5.0, ge=0, le=60, description="Seconds to wait for another SQLite writer before giving up."
    )
    serve_metrics: bool | None = Field(
        default=None,
        description="Whether /metrics is served and requests are counted. Left out: only while listening on loopback.",
    )
    metrics_dir: Path | None = Field(
        default=None,
        description="Directory in which the processes of one server find each other, so that any tells the metrics of all. "
        "Left out: `serve --workers` makes one.",
    )
    max_connections: int = Field(
        default=2000, ge=1, le=100_000, description="Connections that one process serves at once; more are told 503."
    )
    receive_seconds: float = Field(
        default=30.0,
        gt=0,
        le=3600,
        description="Seconds in which a request must have arrived, and an answer be read on.",
    )
    access_log: bool = Field(default=False, description="Whether each answer is logged, as one JSON object a line.")
    grace_seconds: int = Field(default=10, ge=0, le=300, description="Seconds open requests may take after a stop signal.")

    @cached_property
    def address(self) -> str:
        """Where clients reach this server, without a trailing slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.base_url or f"http://{host}:{self.port}").rstrip("/")

    @cached_property
    def quotes(self) -> bool:
        """Whether quotes of attached documents may leave this server."""
        return self.local if self.serve_quotes is None else self.serve_quotes

    @cached_property
    def metered(self) -> bool:
        """Whether requests are counted and the numbers told."""
        return self.local if self.serve_metrics is None else self.serve_metrics

    @cached_property
    def local(self) -> bool:
        """Whether only this machine can reach this server."""
        return _is_loopback(self.host)

    @cached_property
    def texts(self) -> bool:
        """Whether pages may show the whole of an attached text: by default to this machine only."""
        if self.serve_texts is not None:
            return self.serve_texts and self.quotes
        return self.quotes and self.local and _is_loopback(urlsplit(self.address).hostname or "")


def _is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
