"""What the rest of featurec asks of a warehouse. An engine is one file here, or an entry point ``featurec.engines``."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from featurec.compiler import SpineTable
from featurec.dialects.dialect import Dialect
from featurec.spec import Column, Project, SourceTable, Target

if TYPE_CHECKING:
    from featurec.engines.arrow import Table

Format = Literal["parquet", "csv"]

Row = dict[str, Any]
"""Column -> Python value."""


@dataclass(frozen=True)
class StoredTable:
    """A table or view of the warehouse, as it is there; types DuckDB-spelled."""

    schema: str
    name: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class SpineSource:
    """A spine that is not SQL of the project.

    Attributes:
        place: a Parquet or CSV file, or the name parts of a table.
        timestamp: its as-of column.
        timezone: zone of a naive as-of column.
        types: column -> type in which a CSV file, which has none, is read; the join keys.
        declared: spines of the project, one of which may be meant.
    """

    place: Path | tuple[str, ...]
    timestamp: str
    timezone: str = "UTC"
    types: Mapping[str, str] = field(default_factory=dict)
    declared: tuple[str, ...] = ()


@dataclass(frozen=True)
class Access:
    """What a session is opened for.

    Attributes:
        write: whether tables will be made. A session that only reads does not keep others out.
        files: files beside the project's declared ones that it reads or writes: spine, output.
        wait: seconds to wait for another process that holds the database.
    """

    write: bool = False
    files: Sequence[Path] = ()
    wait: float = 10.0


class Engine(Protocol):
    """One session of a warehouse, in UTC. Not for use by two threads at once, but for ``cancel`` and ``progress``.

    Errors: a statement that is refused raises FeaturecError, a session that is lost CannotOperate, both with
    findings FC901 to FC929.

    Attributes:
        dialect: what its SQL is written in.
        schema: where featurec's tables go.
        copy_format: what ``copy_rows`` takes and gives.
    """

    dialect: Dialect
    schema: str
    copy_format: Literal["text", "binary"]

    def close(self) -> None:
        """End the session. A transaction that is open is rolled back."""

    def execute(self, sql: str) -> int:
        """Run a statement; how many rows it wrote, 0 where that is not known."""

    def query(self, sql: str) -> list[Row]:
        """The whole result of a small query; what Python has no value for is text."""

    def columns(self, relation: str) -> dict[str, str]:
        """Columns and DuckDB-spelled types of what may stand in FROM, without reading rows."""

    def transaction(self) -> AbstractContextManager[None]:
        """Everything inside becomes visible to others at once, or not at all."""

    def lease(
        self, views: Sequence[str], run_id: str, since: datetime, wait: float
    ) -> AbstractContextManager[Callable[[], None]]:
        """A context in which no other run builds these views; what it gives raises CannotOperate once that is no longer so.

        Raises CannotOperate (FC938) where another run goes on building one of them for ``wait`` seconds.

        Args:
            run_id, since: of the run, for others to see.
        """

    def mark(self, source: SourceTable) -> str | None:
        """A text that is another one after rows of a source have changed, found without reading them; None where there is none.

        It may be some seconds late. Changes that are committed when it is asked for may be missing from it, and are in the
        next one.
        """

    def load_spine(self, spine: SpineSource) -> SpineTable:
        """Make a relation of a spine, for the life of the session. Order and repeats of rows are kept."""

    def write(self, sql: str, path: Path, format: Format, types: Mapping[str, str], after: str | None = None) -> int:
        """Stream a result into a file; the number of rows.

        Args:
            path: absolute; among ``Access.files``. An existing file is replaced.
            types: column -> DuckDB-spelled type that it has in the file, where the engine's own name would lose it.
            after: what DuckDB computes of the result, the relation ``__fc_read``, and writes in its place.
        """

    def table(self, sql: str, types: Mapping[str, str], after: str | None = None) -> "Table":
        """The rows that ``write`` would put into a Parquet file, in their order and of their types; uuid and json are text."""

    @property
    def database(self) -> str | None:
        """Of a PostgreSQL database text that is the same for its sessions, and for them only; None for others."""

    def copy_rows(self, sql: str) -> Iterator[bytes]:
        """The rows of a query as PostgreSQL's COPY takes them, in blocks.

        In the text format the query has a single text column, a line each; in the binary one it has typed columns.
        """

    def tables(self) -> list[StoredTable]:
        """The tables and views that the session can see, those of the system and of featurec itself left out."""

    def memory_limit(self) -> int | None:
        """Bytes of memory beyond which a query may fail; None where a query that needs more only takes longer."""

    def estimated_rows(self, relation: str) -> int:
        """About how many rows what may stand in FROM has, without reading them."""

    def progress(self) -> float | None:
        """How much of what another thread runs in this session is done, from 0 to 1; None where that is not known."""

    def cancel(self) -> None:
        """Stop what another thread runs in this session; that thread gets an exception."""


class EngineModule(Protocol):
    """What a module of this folder, or behind an entry point, must have to be an engine."""

    def open_engine(self, target: Target, project: Project, root: Path, access: Access) -> Engine:
        """Open a session. Raises CannotOperate."""
