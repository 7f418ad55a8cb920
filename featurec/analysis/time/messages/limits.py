"""The line that keeps later rows out: which columns to compare with the stamp, and where to write it."""

from dataclasses import dataclass

from sqlglot import exp

from featurec.analysis.time.messages.scene import Scene, Subject
from featurec.analysis.time.messages.words import interval, listed, name_of
from featurec.analysis.time.reads import Read, passes_rows, read_in, read_of
from featurec.analysis.time.stamps import Level, items_of, query_of
from featurec.parse.words import extent, first_place, words_of

_PAST = "past"


@dataclass(frozen=True)
class Limit:
    """Late rows of one relation, where they are read, and what to compare them with.

    Attributes:
        reads: the columns that say when the rows are known.
        join: the JOIN that brings them; None for rows that WHERE has to keep out.
    """

    scene: Scene
    reads: tuple[Read, ...]
    level: Level
    relation: str
    join: exp.Join | None

    @property
    def select(self) -> exp.Select:
        return self.reads[0].select

    @property
    def is_asof(self) -> bool:
        join = self.join
        return join is not None and "ASOF" in (str(join.method).upper(), str(join.kind).upper())

    @property
    def item(self) -> exp.Expr:
        return self.reads[0].item

    @property
    def columns(self) -> list[str]:
        """When the rows are known."""
        found = (self.scene.column(read, named=self.level.inner) for read in self.reads)
        known = self.scene.known.get(self.relation)
        later = f" + {interval(known.delay, self.scene.dialect)}" if known is not None and known.delay else ""
        columns = [f"{column}{later}" for column in found if column is not None]
        return [f"{_PAST}.{column.rpartition('.')[2]}" for column in columns] if self._is_hidden else columns

    @property
    def stamp(self) -> str:
        """The stamp, as far as it does not come from the late rows themselves."""
        stamp = self.level.stamp
        most = stamp.find(exp.Max)
        stamp = most.this if most is not None else stamp
        columns = list(stamp.find_all(exp.Column))
        others = [column for column in columns if column.table != self.item.alias_or_name]
        if len(others) < len(columns) and others and not self.level.inner:
            stamp = others[0]
        return self.scene.moved(stamp) if self.level.inner else self.scene.exact(stamp)

    @property
    def times(self) -> str:
        """When the rows are known, by the names of columns alone."""
        names = [name_of(read.name, self.scene.dialect) for read in self.reads if read.name is not None]
        return listed([f"`{name}`" for name in names])

    @property
    def condition(self) -> str:
        """``d.departed_at <= f.landed_at``."""
        return " AND ".join(f"{column} <= {self.stamp}" for column in self.columns)

    def advice(self) -> str:
        """Where the condition goes, and the line as it is to be written there."""
        if self._is_hidden:
            return f"give the inner `{self.alias}` the alias `{_PAST}`, and {self._advice()}"
        if not self.scene.is_named(self.item):
            return f"give the subquery the alias `{self.alias}`, and {self._advice()}"
        return self._advice()

    @property
    def alias(self) -> str:
        return self.scene.alias(self.item)

    @property
    def _is_hidden(self) -> bool:
        """Whether the late rows have the name of those that the stamp comes from, further out."""
        names = {column.table for column in self.level.stamp.find_all(exp.Column)}
        return self.level.inner and self.item.alias_or_name in names

    def _advice(self) -> str:
        join = self.join
        if join is None:
            return self._where()
        if self.is_asof and self.stamp in self.columns:
            return f"match backwards, with ON in place of USING: the time of the stamped rows `>= {self.columns[0]}`"
        if self.is_asof and self._has_using(join):
            return f"write ON in place of USING, with `{self.stamp} >= {self.columns[0]}`"
        if self.is_asof:
            return f"match by when its rows become known, backwards: `{self.stamp} >= {self.columns[0]}`"
        optional = {str(join.side).upper(), str(join.kind).upper()} & {"LEFT", "RIGHT", "SEMI", "ANTI"}
        if str(join.side).upper() == "FULL":
            return f"make it a LEFT JOIN from the rows that are stamped, and add to ON: `AND {self.condition}`"
        if self._has_using(join):
            if not optional:
                return self._where()
            keys = self.scene.moved(join.args["on"]) if join.args.get("on") is not None else "…"
            return f"write `ON {keys} AND {self.condition}` in place of USING"
        on = join.args.get("on")
        if on is None:
            return self._where()
        return self._added("ON", on)

    def _where(self) -> str:
        where = self.select.args.get("where")
        return f"add `WHERE {self.condition}`" if where is None else self._added("WHERE", where.this)

    def _added(self, clause: str, condition: exp.Expr) -> str:
        if isinstance(condition, exp.Or):
            return f"put what {clause} says in parentheses and add `AND {self.condition}`"
        return f"add to {clause}: `AND {self.condition}`"

    def _has_using(self, join: exp.Join) -> bool:
        """Whether the author joins by USING or NATURAL, of which qualifying makes ON."""
        if str(join.method).upper() == "NATURAL" or join.args.get("using"):
            return True
        words = words_of(self.scene.rendered.sql)
        start = extent(join.this, words) or first_place(join.this, words)
        if start is not None and "NATURAL" in {words.key(start[0] - back) for back in (2, 3)}:
            return True
        alias = join.this.args.get("alias")
        places = [extent(part, words) or first_place(part, words) for part in (join.this, alias) if part is not None]
        last = max((place[1] for place in places if place is not None), default=-1)
        if isinstance(join.this, exp.Subquery | exp.Lateral) and last >= 0:
            last = next((at for at in range(last, len(words.all)) if words.key(at) in ("ON", "USING")), last) - 1
        return words.key(last + 1) == "USING"


def limit_of(subject: Subject) -> Limit | None:
    """How late rows are kept out at a node; None where no line can do it."""
    for select, within in _selects(subject.node):
        columns = _relation_of(subject, select, within)
        found = _reads(select, within, columns)
        if not found:
            continue
        level = subject.scene.stamps.at(select)
        if level is None or any(read.name is None for read in found):
            return None
        return Limit(subject.scene, found, level, columns[0][0], _join_of(found[0], subject.node))
    return None


def computed(subject: Subject) -> str:
    """What to do about rows that are computed from all rows of a relation, before they are joined."""
    columns = _first_relation(subject)
    passed = _not_passed(subject)
    if passed is not None:
        return passed
    query = query_of(subject.node)
    known = f"`{columns[0][0]}`" if columns else subject.what
    instead = window_instead(subject, query if query is not None else subject.select)
    shown = f": `{instead}`" if instead else ""
    return (
        f"`{subject.sql}` is computed from all rows of {known}: compute it as of each row, in a window that ends "
        f"at the row{shown}, or keep it in a table of its own that says when it was computed"
    )


def _not_passed(subject: Subject) -> str | None:
    """What to do where a query passes rows on, but not when they are known."""
    for select, within in _selects(subject.node):
        for relation, column in subject.columns:
            read = read_of(select, within, relation, column) if within is not None else None
            reads = [read] if read is not None else read_in(select, relation, column)
            query = query_of(reads[0].item) if reads and reads[0].name is None else None
            level = subject.scene.stamps.at(select)
            if query is None or level is None or not passes_rows(query):
                continue
            item = subject.scene.alias(reads[0].item)
            name = name_of(column, subject.scene.dialect)
            stamp = subject.scene.moved(level.stamp) if level.inner else subject.scene.exact(level.stamp)
            return f"return `{name}` from `{item}` too, and let in rows with `{item}.{name} <= {stamp}` only"
    return None


def window_instead(subject: Subject, query: exp.Expr | None) -> str | None:
    """The aggregate that a node is, or the first of a query, as a window that ends at the row."""
    select = query.this if isinstance(query, exp.Subquery) else query
    call: exp.Expr | None = subject.node if isinstance(subject.node, exp.AggFunc) else None
    if call is None and isinstance(select, exp.Select):
        call = select.find(exp.AggFunc)
    columns = _first_relation(subject)
    if call is None or not isinstance(select, exp.Select) or not columns:
        return None
    reads = read_in(select, *columns[0])
    known_at = subject.scene.column(reads[0]) if len(reads) == 1 else None
    if known_at is None:
        return None
    keys = [key for key in group_keys(select) if not isinstance(key.unnest(), exp.Literal)]
    partition = ", ".join(subject.scene.exact(key) for key in keys)
    return f"{subject.scene.exact(call)} OVER ({f'PARTITION BY {partition} ' if partition else ''}ORDER BY {known_at})"


def group_keys(select: exp.Select) -> list[exp.Expr]:
    """What a SELECT groups by; numbers and aliases resolved."""
    group = select.args.get("group")
    if group is None:
        return []
    if group.args.get("all"):
        return [p.unalias() for p in select.selects if p.find(exp.AggFunc) is None]
    names = {p.alias: p.unalias() for p in select.selects if isinstance(p, exp.Alias)}
    keys = []
    for key in group.expressions:
        if isinstance(key, exp.Literal) and not key.is_string and 0 < int(key.name) <= len(select.selects):
            keys.append(select.selects[int(key.name) - 1].unalias())
        else:
            keys.append(names.get(key.name, key) if isinstance(key, exp.Column) and not key.table else key)
    return keys


def _first_relation(subject: Subject) -> list[tuple[str, str]]:
    """The columns that say when rows of one of the late relations are known."""
    return [column for column in subject.columns if column[0] == subject.columns[0][0]]


def _relation_of(subject: Subject, select: exp.Select, within: exp.Expr | None) -> list[tuple[str, str]]:
    """The columns of the late relation that a FROM item reads, where there are several; else of the first."""
    for column in subject.columns:
        if within is not None and read_of(select, within, *column) is not None:
            return [other for other in subject.columns if other[0] == column[0]]
    return _first_relation(subject)


def _selects(node: exp.Expr) -> list[tuple[exp.Select, exp.Expr | None]]:
    """The SELECTs in which late rows may be read, nearest first, and the item to look at in each."""
    found: list[tuple[exp.Select, exp.Expr | None]] = []
    around = node.parent_select
    if isinstance(node.parent, exp.From | exp.Join):
        if isinstance(node, exp.Lateral):
            found += [(select, None) for select in node.find_all(exp.Select)]
        if isinstance(around, exp.Select):
            found += [(around, node), (around, None)]
        return found
    found += [(select, None) for select in node.find_all(exp.Select)]
    while isinstance(around, exp.Select):
        found.append((around, None))
        around = around.parent_select
    return found


def _reads(select: exp.Select, within: exp.Expr | None, columns: list[tuple[str, str]]) -> tuple[Read, ...]:
    if within is not None:
        reads = [read_of(select, within, *column) for column in columns]
        return tuple(read for read in reads if read is not None)
    firsts = [found[0] for column in columns if (found := read_in(select, *column))]
    return tuple(firsts)


def _join_of(read: Read, node: exp.Expr) -> exp.Join | None:
    """The JOIN whose ON may keep the rows out: its own, or that of the node that is blamed for them."""
    if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table):  # of a join in parentheses
        return node.parent if isinstance(node.parent, exp.Join) else None
    if isinstance(read.item.parent, exp.From):
        for join in read.select.args.get("joins") or ():
            if str(join.side).upper() in ("RIGHT", "FULL"):
                return join if isinstance(join, exp.Join) else None
    for item in (read.item, node):
        join = item.parent
        if isinstance(join, exp.Join) and any(item is other for other in items_of(read.select)):
            return join
    return None
