"""What an operator can set, each from the environment; every field says what it does and what happens when it is left out."""

import ipaddress
from functools import cached_property
from pathlib import Path

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
    pool_size: int = Field(default=10, ge=1, le=200, description="Database connections kept by one process.")
    pool_timeout: float = Field(default=2.0, gt=0, le=60, description="Seconds a request waits for a connection before a 503.")
    statement_timeout: float = Field(
        default=10.0, gt=0, le=600, description="Seconds one PostgreSQL statement may take before a 503."
    )
    remember_bytes: int = Field(
        default=64 * 1024 * 1024,
        ge=0,
        le=64 * 1024**3,
        description="Bytes of whole answers that one process keeps while the data stay the same; 0 keeps none.",
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
        if self.serve_quotes is not None:
            return self.serve_quotes
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"
