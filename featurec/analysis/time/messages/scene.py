"""The view that findings are about, and one of its breaches where it stands."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlglot import exp

from featurec.analysis.time.claims import Breach
from featurec.analysis.time.frames import Definition, definition
from featurec.analysis.time.messages.words import listed, name_of, spelled
from featurec.analysis.time.reads import Read, read_in, relation_of
from featurec.analysis.time.scans import Knowledge
from featurec.analysis.time.stamps import Level, Stamps, items_of
from featurec.parse import span_of, text_of
from featurec.parse.words import extent, words_of
from featurec.source import Span
from featurec.spec import FeatureView, Spine
from featurec.template import Rendered

_SHOWN = 60
_MADE_UP = re.compile(r"_(\d+|q_\d+)?")
_ITEMS = (exp.Table, exp.Lateral, exp.Unnest, exp.Values)


@dataclass(frozen=True)
class Scene:
    """The view or spine that findings are about.

    Attributes:
        tree: its SQL, qualified.
        stamps: what the stamp is in each of its SELECTs.
        places: output name -> where the author names it.
        known: what is declared of each relation, by the name that findings use.
    """

    spec: FeatureView | Spine
    rendered: Rendered
    tree: exp.Query
    stamps: Stamps
    places: Mapping[str, Span]
    known: Mapping[str, Knowledge]

    @property
    def dialect(self) -> str:
        return self.spec.dialect

    @property
    def is_spine(self) -> bool:
        return isinstance(self.spec, Spine)

    @property
    def inputs(self) -> tuple[str, ...]:
        """What a request brings to an on-demand view; nothing of others."""
        return () if isinstance(self.spec, Spine) else tuple(given.name for given in self.spec.inputs)

    @property
    def stamp(self) -> str:
        """The name of the time column."""
        return self.spec.timestamp or "the request"

    @property
    def delay(self) -> int:
        """Microseconds after the stamp at which rows are used."""
        return 0 if isinstance(self.spec, Spine) else self.spec.delay

    @property
    def available_at(self) -> str | None:
        """The column that says when a row may be used, where that is another than the stamp."""
        return None if isinstance(self.spec, Spine) else self.spec.available_at

    def is_end(self, what: str) -> bool:
        """Whether a column, as findings name it, ends a row's validity."""
        relation, _, column = what.strip("`").rpartition(".")
        return relation in self.known and self.known[relation].valid_to == column

    def text(self, node: exp.Expr) -> str:
        """The author's words for a node, on one line and not too many of them."""
        if isinstance(node, _ITEMS) or (isinstance(node, exp.Subquery) and node.alias and self.is_named(node)):
            return self.alias(node)
        if isinstance(node, exp.Subquery | exp.Exists | exp.In | exp.Query):
            return self._of_query(node)
        text = self.exact(node)
        if len(text) <= _SHOWN:
            return text
        if isinstance(node, exp.Window):
            return f"{self.text(node.this)} OVER (…)"
        return text[: _SHOWN - 1].rstrip() + "…"

    def exact(self, node: exp.Expr) -> str:
        """The author's words for an expression, all of them."""
        text = text_of(node, self.rendered)
        if text is None and isinstance(node, exp.Func) and not any(True for _ in node.iter_expressions()):
            return span_of(node, self.rendered).text
        return text or self._printed(node)

    def is_named(self, item: exp.Expr) -> bool:
        """Whether a FROM item has a name that its author knows."""
        return isinstance(item, exp.Table) or _MADE_UP.fullmatch(str(item.alias)) is None

    def alias(self, item: exp.Expr) -> str:
        """What a FROM item is called."""
        alias = item.args.get("alias")
        named = alias.this if isinstance(alias, exp.TableAlias) else None
        if not self.is_named(item):
            return "s"
        return spelled(named, self.dialect) or name_of(item.alias_or_name, self.dialect)

    def column(self, read: Read, *, named: bool = False) -> str | None:
        """A column as one writes it in the SELECT that reads it; ``named``: with the alias that its author has given."""
        if read.name is None:
            return None
        name = name_of(read.name, self.dialect)
        given = named and _is_given(read.item)
        return f"{self.alias(read.item)}.{name}" if given or len(items_of(read.select)) > 1 else name

    def moved(self, node: exp.Expr) -> str:
        """An expression as one writes it in another SELECT that sees its tables: every column with its table."""
        copy = node.copy()
        for column in copy.find_all(exp.Column):
            table = column.args.get("table")
            if isinstance(table, exp.Identifier):
                table.meta.setdefault("spelled", spelled(table, self.dialect))
        return self._spelled(copy)

    def place_in_words(self, node: exp.Expr) -> int | None:
        """The last token of an expression."""
        found = extent(node, words_of(self.rendered.sql))
        return None if found is None else found[1]

    def _printed(self, node: exp.Expr) -> str:
        """A node as SQL, without the tables that qualifying has put before its columns."""
        copy = node.copy()
        for column in copy.find_all(exp.Column):
            table = column.args.get("table")
            if table is not None and "start" not in table.meta:
                column.set("table", None)
        return self._spelled(copy)

    def _spelled(self, copy: exp.Expr) -> str:
        for name in copy.find_all(exp.Identifier):
            name.set("this", name.meta.get("spelled", name.name))
            name.set("quoted", False)
        return str(copy.sql(dialect=self.dialect, comments=False))

    def _of_query(self, node: exp.Expr) -> str:
        tables = ", ".join(dict.fromkeys(self.alias(table) for table in node.find_all(exp.Table)))
        before = ""
        if isinstance(node, exp.In):
            before = f"{self.text(node.this)} IN "
        elif isinstance(node, exp.Exists):
            before = "EXISTS "
        return f"{before}(SELECT … FROM {tables})"


def _is_given(item: exp.Expr) -> bool:
    """Whether a FROM item has an alias of its author's; qualifying gives a table its own name."""
    alias = item.args.get("alias")
    name = alias.this if isinstance(alias, exp.TableAlias) else None
    if not isinstance(name, exp.Identifier) or "start" not in name.meta:
        return False
    return not isinstance(item.this, exp.Identifier) or item.this.meta.get("start") != name.meta["start"]


@dataclass(frozen=True)
class Subject:
    """A breach at its node."""

    breach: Breach
    node: exp.Expr
    scene: Scene

    @cached_property
    def sql(self) -> str:
        """The node in the author's words; of a join in parentheses, the table that is late."""
        if isinstance(self.node, exp.Subquery) and isinstance(self.node.this, exp.Table):
            late = {relation for relation, _ in self.columns}
            for table in self.node.find_all(exp.Table):
                if relation_of(table) in late:
                    return self.scene.alias(table)
        return self.scene.text(self.node)

    @cached_property
    def what(self) -> str:
        """What comes too late."""
        names = [what if "`" in what or " " in what else f"`{self.sql}`" for what in self.breach.whats]
        return listed(list(dict.fromkeys(names)))

    @property
    def stamp(self) -> str:
        return self.scene.stamp

    @cached_property
    def columns(self) -> list[tuple[str, str]]:
        """Relation and column of all that comes too late."""
        parts = [part.strip("`") for what in self.breach.whats for part in what.split(" and ")]
        pairs = [part.rpartition(".") for part in parts if "." in part]
        return [(relation, column) for relation, _, column in pairs if relation in self.scene.known]

    @property
    def is_label(self) -> bool:
        """Whether what comes too late is an answer that a spine asks for."""
        known = self.scene.known
        return bool(self.columns) and all(column in known[relation].labels for relation, column in self.columns)

    @cached_property
    def select(self) -> exp.Select | None:
        """The SELECT that the node is part of."""
        found = self.node if isinstance(self.node, exp.Select) else self.node.parent_select
        return found if isinstance(found, exp.Select) else None

    @cached_property
    def level(self) -> Level | None:
        """What the stamp is where the node stands."""
        return self.scene.stamps.at(self.node)

    @cached_property
    def stamped(self) -> str:
        """What to compare with where the node stands: the author's expression that the stamp is."""
        if self.level is None:
            return self.stamp
        if self.level.inner:
            return self.scene.moved(self.level.stamp)
        return self.scene.exact(self.level.stamp)

    def known_at(self) -> str | None:
        """The column that says when rows of the one late relation are known, as one writes it at the node."""
        if self.select is None or len(self.columns) != 1:
            return None
        found = read_in(self.select, *self.columns[0])
        return self.scene.column(found[0]) if len(found) == 1 else None

    def order(self) -> str:
        """What to order a window by at the node."""
        return self.known_at() or (self.stamped if self.level is not None else "…")

    def window(self) -> Definition | None:
        """The definition of the window that the node is."""
        if not isinstance(self.node, exp.Window):
            return None
        windows = self.select.args.get("windows") if self.select is not None else None
        return definition(self.node, {window.name: window for window in windows or ()})

    def partition(self, window: Definition) -> str:
        """``PARTITION BY a, b`` and a space, or nothing."""
        keys = ", ".join(self.scene.exact(key) for key in window.partition)
        return f"PARTITION BY {keys} " if keys else ""
