"""Connections to PostgreSQL, and its errors as findings. The only importer of psycopg, SQLAlchemy and ADBC.

What a transaction relies on is set inside it (``settings``), and nothing stays in the session or in what it asks for at its
start: a pooler may give every transaction another server connection. What a server or driver says is shown without the
password of its URL.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote

import psycopg
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Loader
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.types.datetime import DateLoader, TimestampLoader, TimestamptzLoader
from psycopg.types.string import TextLoader

from featurec.codegen import render_sql
from featurec.diagnostic import Diagnostic
from featurec.dialects.dialect import get
from featurec.errors import CannotOperate, FeaturecError

if TYPE_CHECKING:
    import sqlalchemy
    from adbc_driver_manager.dbapi import Connection as ArrowConnection
    from adbc_driver_manager.dbapi import Cursor as ArrowCursor
    from sqlalchemy import Connection as SqlConnection

__all__ = [
    "ArrowConnection",
    "ArrowCursor",
    "AsyncConnection",
    "AsyncCursor",
    "Connection",
    "Cursor",
    "SqlConnection",
    "address",
    "arrow_connection",
    "cancel_arrow",
    "cancel_session",
    "connect",
    "connect_async",
    "conninfo",
    "copied",
    "place",
    "scrubbed",
    "settings",
    "sqlalchemy_engine",
    "stream_refusal",
    "translated",
]

Connection = psycopg.Connection[tuple[object, ...]]
AsyncConnection = psycopg.AsyncConnection[tuple[object, ...]]
Cursor = psycopg.Cursor[tuple[object, ...]]
AsyncCursor = psycopg.AsyncCursor[tuple[object, ...]]

CONNECT_SECONDS = 10
_CANCEL_SECONDS = 5.0
_BLOCK_BYTES = 1 << 18
_PREFIXES = ("postgresql+psycopg://", "postgresql+psycopg2://")

_LOST = ("08", "57P", "53300", "25P03", "28")
"""How the SQLSTATE of a session begins that is refused or lost."""
_NOT_LET_IN = "28"
_READ_ONLY = "25006"
_HELD = ("55P03", "40001", "40P01")
"""Locks that are not to be had, and what PostgreSQL undid in favour of another session."""
_UNANSWERED = "PostgreSQL at {} does not answer"
_CHECK_URL = "check `url` of the target, that the server runs, and the password; `featurec debug` tries both stores"
_CANNOT_WRITE = "PostgreSQL at {} can only be read"
_PRIMARY = "point `url` of the target at the primary: a standby, or a server that was made read-only, takes no rows"


def connect(url: str, *, autocommit: bool = False) -> Connection:
    """A psycopg session. Raises CannotOperate (FC902) when there is none to be had."""
    with translated(url):
        # Prepared statements would outlive their transaction, which a pooler gives a server connection.
        return psycopg.connect(conninfo(url), autocommit=autocommit, prepare_threshold=None)


async def connect_async(url: str) -> AsyncConnection:
    """A psycopg session of the running event loop, which commits by itself. Raises CannotOperate (FC902)."""
    with translated(url):
        return await psycopg.AsyncConnection.connect(conninfo(url), autocommit=True, prepare_threshold=None)


def settings(*, read_only: bool = False, export: bool = False) -> str:
    """The statement with which a transaction begins: UTC, ISO dates, every digit of a float; for its own length.

    Args:
        read_only: the transaction cannot write.
        export: a client that hangs in it loses it, unless the server says how long that takes; and a join of all entities
            has memory for that.
    """
    return render_sql("ddl/session_postgres.sql", get("postgres"), read_only=read_only, export=export)


def copied(session: "SqlConnection", sql: str) -> Iterator[bytes]:
    """What a COPY TO STDOUT sends, several rows at a time."""
    driver = session.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    gathered = bytearray()
    with driver.cursor() as cursor, cursor.copy(sql.encode()) as copy:
        for row in copy:
            gathered += row
            if len(gathered) >= _BLOCK_BYTES:
                yield bytes(gathered)
                gathered.clear()
    if gathered:
        yield bytes(gathered)


def sqlalchemy_engine(url: str) -> "sqlalchemy.Engine":
    """A SQLAlchemy engine over such sessions; statements go to the server as they are, without parameters; JSON comes as text."""
    import sqlalchemy

    def session() -> Connection:
        opened = connect(url)
        for name in ("json", "jsonb"):
            opened.adapters.register_loader(name, TextLoader)
        for name, loader in _TIMES.items():
            opened.adapters.register_loader(name, loader)
        return opened

    return sqlalchemy.create_engine(
        "postgresql+psycopg://",
        creator=session,
        poolclass=sqlalchemy.NullPool,
        execution_options={"no_parameters": True},
    )


class _OrText(Loader):
    """Gives text for a time that Python has no value for: infinities, and years beyond 9999."""

    exact: ClassVar[type[Loader]]

    def __init__(self, oid: int, context: AdaptContext | None = None) -> None:
        super().__init__(oid, context)
        self._exact = self.exact(oid, context)

    def load(self, data: Buffer) -> object:
        try:
            return self._exact.load(data)
        except psycopg.DataError:
            return bytes(data).decode()


class _Instants(_OrText):
    exact = TimestamptzLoader


class _Times(_OrText):
    exact = TimestampLoader


class _Dates(_OrText):
    exact = DateLoader


_TIMES = {"timestamptz": _Instants, "timestamp": _Times, "date": _Dates}


def arrow_connection(url: str) -> "ArrowConnection":
    """An ADBC session: Arrow batches in and out. A transaction is open at all times."""
    from adbc_driver_postgresql import dbapi

    with translated(url):
        connection: ArrowConnection = dbapi.connect(conninfo(url))
        return connection


def cancel_session(session: "SqlConnection") -> None:
    """Ask the server to stop what a SQLAlchemy session runs, from another thread."""
    driver = session.connection.driver_connection
    if isinstance(driver, psycopg.Connection):
        driver.cancel_safe(timeout=_CANCEL_SECONDS)


def abandon(session: Connection) -> None:
    """Stop what a session still runs, and end it: a signal has taken away whoever waited for its answer."""
    if session.info.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
        session.cancel_safe(timeout=_CANCEL_SECONDS)
        session.close()


def cancel_arrow(session: "ArrowConnection") -> None:
    """Ask the server to stop what an ADBC session runs, from another thread."""
    session.adbc_cancel()


def conninfo(url: str) -> str:
    """The URL as libpq's key-value string. Poolers refuse most of what else a session could ask for at its start."""
    try:
        parts = conninfo_to_dict(_plain(url))
    except psycopg.Error:
        # libpq quotes the whole text, password included, so its message is not shown.
        raise CannotOperate(
            [
                Diagnostic(
                    "FC902",
                    "the target's `url` is not a PostgreSQL connection URL",
                    cause="it cannot be read as one; it is not repeated here, as it may hold a password",
                    fix="write postgresql://USER@HOST:PORT/DATABASE, the password as {{ env_var('PGPASSWORD') }}",
                )
            ]
        ) from None
    parts.setdefault("connect_timeout", CONNECT_SECONDS)
    parts.setdefault("application_name", "featurec")
    return make_conninfo("", **parts)


def _plain(url: str) -> str:
    for prefix in _PREFIXES:
        if url.startswith(prefix):
            return "postgresql://" + url.removeprefix(prefix)
    return url


def address(url: str) -> tuple[str, str, str]:
    """Host, port and database of a URL, with what libpq takes for those that it leaves out."""
    try:
        parts = conninfo_to_dict(_plain(url))
    except psycopg.Error:
        parts = {}
    host, port = str(parts.get("host") or "localhost"), str(parts.get("port") or "5432")
    database = str(parts.get("dbname") or parts.get("user") or "postgres")
    return "localhost" if host.startswith("/") else host.partition(",")[0], port.partition(",")[0], database


def place(url: str) -> str:
    """Where a URL points, for people: ``user@host:port/database``, never a password."""
    try:
        parts = conninfo_to_dict(_plain(url))
    except psycopg.Error:
        return "the target's url"
    user, host, port = parts.get("user"), parts.get("host") or "localhost", parts.get("port")
    where = f"{host}:{port}" if port else str(host)
    return f"{user}@{where}/{parts.get('dbname') or user}" if user else f"{where}/{parts.get('dbname') or ''}"


def scrubbed(text: str, url: str) -> str:
    """The text with the URL's password, in both its spellings, replaced by ``***``."""
    try:
        password = conninfo_to_dict(_plain(url)).get("password")
    except psycopg.Error:
        return text.replace(url, "***")
    for secret in (str(password), quote(str(password), safe="")) if password else ():
        text = text.replace(secret, "***")
    return text


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Errors of the drivers inside, as findings.

    Raises CannotOperate for a session that is refused or lost, or that cannot write (FC902), and for rights that are
    missing (FC905), FeaturecError for what another session holds (FC911) and for a statement that was refused (FC904).
    """
    try:
        yield
    except psycopg.Error as error:
        raise refusal(url, str(error), error.sqlstate, isinstance(error, psycopg.OperationalError)) from None
    except FeaturecError:
        raise
    except Exception as error:
        cause = getattr(error, "orig", None)
        if isinstance(cause, psycopg.Error):
            lost = isinstance(cause, psycopg.OperationalError)
            raise refusal(url, str(cause), cause.sqlstate, lost) from None
        if type(error).__module__.startswith("adbc_driver_manager"):
            sqlstate = getattr(error, "sqlstate", None) or None
            raise refusal(url, _adbc_message(str(error)), sqlstate, _adbc_lost(error)) from None
        raise


def refusal(url: str, message: str, sqlstate: str | None, operational: bool) -> FeaturecError:
    """A server's or driver's refusal as an exception with one finding.

    Args:
        operational: whether the driver counts it among the faults of operation; without SQLSTATE it then means
            that there is no session, or none any more.
    """
    text = scrubbed(message.strip(), url)
    lost = (sqlstate is None and operational) or (sqlstate or "").startswith(_LOST)
    if lost or sqlstate == _READ_ONLY:
        claim, fix = (_UNANSWERED, _CHECK_URL) if lost else (_CANNOT_WRITE, _PRIMARY)
        finding = Diagnostic("FC902", claim.format(place(url)), cause=text, fix=fix)
        refused = (sqlstate or "").startswith(_NOT_LET_IN)
        return CannotOperate([finding], retryable=lost and not refused, sqlstate=sqlstate)
    if sqlstate == "42501":
        finding = Diagnostic(
            "FC905",
            f"PostgreSQL at {place(url)} denies access",
            cause=text,
            fix="grant the role of the target what is named above, or use another role",
        )
        return CannotOperate([finding], sqlstate=sqlstate)
    if sqlstate in _HELD:
        finding = Diagnostic(
            "FC911",
            "another session holds what is to be changed",
            cause=text,
            fix="wait for the other run to end, then run again",
        )
        return FeaturecError([finding], retryable=True, sqlstate=sqlstate)
    finding = Diagnostic(
        "FC904", "PostgreSQL refused the query", cause=text, fix="mend the SQL or the data that the message names"
    )
    return FeaturecError([finding], sqlstate=sqlstate)


def _adbc_message(text: str) -> str:
    """The server's part of an ADBC message, without the query that it repeats at the end."""
    _, found, rest = text.partition("ERROR:")
    message = rest if found else text
    return message.partition("\n\nQuery was:")[0].partition("\n. SQLSTATE:")[0].strip()


def _adbc_lost(error: Exception) -> bool:
    """Whether the session is gone; ADBC has no state code for that."""
    return any(text in str(error) for text in ("Failed to connect", "closed the connection", "no connection to the"))


def stream_refusal(url: str, error: FeaturecError) -> FeaturecError:
    """What the server said, where an error that another engine met while reading an ADBC stream came from there."""
    message = error.diagnostics[0].cause
    return refusal(url, _adbc_message(message), None, False) if "[libpq]" in message else error
