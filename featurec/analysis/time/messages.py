"""What is said of each breach: claim, cause and fix, in the words of the author's SQL."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from featurec.analysis.time.claims import Breach
from featurec.analysis.time.terms import DAY, HOUR, SECOND
from featurec.diagnostic import Diagnostic, Label, Severity
from featurec.parse import span_of, text_of
from featurec.source import Span
from featurec.spec import FeatureView, Spine
from featurec.template import Rendered

_SHOWN = 60


@dataclass(frozen=True)
class Scene:
    """The view or spine that findings are about.

    Attributes:
        places: output name -> where the author names it.
        stamped: the expression that the stamp is, in the author's words.
        ends: columns, as findings name them, that end a row's validity.
    """

    spec: FeatureView | Spine
    rendered: Rendered
    places: Mapping[str, Span]
    stamped: str
    ends: frozenset[str] = frozenset()

    @property
    def stamp(self) -> str:
        """The name of the time column."""
        return self.spec.timestamp or "the request"

    def text(self, node: exp.Expr) -> str:
        """The author's words for a node, on one line and not too many of them."""
        if isinstance(node, exp.Table | exp.Subquery | exp.Lateral | exp.Unnest | exp.Values) and node.alias_or_name:
            return str(node.alias_or_name)
        if isinstance(node, exp.Subquery | exp.Exists | exp.Query):
            tables = [table.alias_or_name for table in node.find_all(exp.Table)]
            return f"{'EXISTS ' * isinstance(node, exp.Exists)}(SELECT … FROM {', '.join(tables)})"
        text = text_of(node, self.rendered) or _printed(node)
        return text if len(text) <= _SHOWN else text[: _SHOWN - 1].rstrip() + "…"


@dataclass(frozen=True)
class Saying:
    """A rule's words: formats of ``{sql}`` (the node), ``{what}`` (the columns), ``{stamp}``, ``{bound}``."""

    claim: str
    fix: str


_SAYINGS: Mapping[str, Saying] = {
    "FC301": Saying(
        "`{sql}` reads rows that come after its own",
        "order the window by time, ascending, and end its frame at the row itself: "
        "`ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW`",
    ),
    "FC302": Saying(
        "`{sql}` has no ORDER BY: it reads its whole partition, rows that are still to come included",
        "order it by time, so that it ends at the row itself: `OVER (PARTITION BY … ORDER BY {stamped})`",
    ),
    "FC303": Saying(
        "`{sql}` looks ahead to a later row",
        "look back with LAG, or stamp the row with the time of the later one",
    ),
    "FC304": Saying(
        "`{sql}` is the time of the run, another at every run",
        "measure from the row's own time: `{stamped}`; an age as of the request belongs into an on-demand view",
    ),
    "FC305": Saying("`{sql}` lets in rows from after `{stamp}`", "bound them where they are read: `AND {bound}`"),
    "FC306": Saying(
        "`{sql}` gathers rows until after `{stamp}`",
        "stamp the group with its end, such as `date_trunc('day', ts) + INTERVAL 1 DAY`, or say `delay: 1d` in the header",
    ),
    "FC307": Saying(
        "{what} is rewritten in place: an old row shows what was written later",
        "read it from a history table as of `{stamped}`, or leave it out",
    ),
    "FC308": Saying(
        "{what} is a label, and a label is no feature",
        "leave it out; the past of a label may be read from its own table, up to the time at which it was known",
    ),
    "FC309": Saying(
        "`{sql}` is used before it is known: rows of it become known at {what}",
        "bound them by the time at which they became known: `AND {bound}`",
    ),
    "FC310": Saying(
        "`{sql}` is computed from all rows, those that are still to come included",
        "compute it from the rows up to `{stamped}`, or keep it in a table of its own that says when it was computed",
    ),
    "FC311": Saying(
        "only the newest row of each is kept: training never sees the ones before",
        "return every row with its own `{stamp}`; featurec picks the newest as of each training time",
    ),
    "FC312": Saying(
        "`{sql}` depends on chance or on the order in which rows are stored",
        "order by columns that tell all rows apart; in place of a random number, hash a key",
    ),
    "FC313": Saying(
        "nothing says when rows of {what} became known",
        "declare it in sources.yml: `timestamp: COLUMN`, or `static: true` for rows that never change",
    ),
    "FC314": Saying(
        "`{sql}` keeps or drops rows by what is known only after `{stamp}`",
        "keep all rows, and return what the filter reads as a feature where it is known at `{stamp}`",
    ),
    "FC315": Saying(
        "`{stamp}` comes before the row is known, which is at {what}",
        "stamp the row with {what}, or return it and say `available_at:` in the header",
    ),
    "FC399": Saying(
        "nothing shows that `{sql}` is known at `{stamp}`",
        "say it in a way that the checker reads: see docs/leakage.md",
    ),
}
_UNENDING = Saying(
    "`{sql}` gathers rows that are still to come",
    "group by a bucket of time too and stamp the group with its end; or sum up in a window that ends at the row itself",
)
_END = Saying(
    "{what} is written when the next version of the row comes",
    "match open rows too: `({end} IS NULL OR {stamped} < {end})`; as a value, leave it out",
)
_RANDOM_WAITS = ("FC304", "FC312", "FC307", "FC308", "FC313")
"""Rules whose node says all of what is waited for."""


def finding(breach: Breach, node: exp.Expr, scene: Scene) -> Diagnostic:
    """The finding of a breach at a syntax node."""
    saying = _SAYINGS[breach.rule]
    if scene.ends.intersection(breach.whats):
        saying = _END
    elif breach.rule == "FC306" and breach.late is None:
        saying = _UNENDING
    column = breach.whats[0].strip("`") if breach.whats else ""
    table, _, last = column.rpartition(".")
    words = {
        "sql": scene.text(node),
        "what": _listed(breach.whats),
        "stamp": scene.stamp,
        "stamped": scene.stamped,
        "end": last,
        "bound": f"{_alias(node, table)}.{last} <= {scene.stamped}",
    }
    return Diagnostic(
        breach.rule,
        saying.claim.format(**words),
        _place(breach, node, scene),
        _cause(breach, words["what"], scene),
        saying.fix.format(**words),
        labels=_labels(breach, scene),
        severity=Severity.WARNING if breach.mild else Severity.ERROR,
        approximate=not scene.rendered.map.exact,
    )


def span_words(microseconds: int) -> str:
    """``1 day``, ``3 hours``; a microsecond less is ``almost`` as long."""
    almost = (microseconds + 1) % SECOND == 0
    length = microseconds + 1 if almost else microseconds
    for width, word in ((DAY, "day"), (HOUR, "hour"), (60 * SECOND, "minute"), (SECOND, "second"), (1, "microsecond")):
        if length >= width and length % width == 0:
            count = length // width
            return f"{'almost ' if almost else ''}{count:,} {word}{'' if count == 1 else 's'}"
    return "any time"


def _place(breach: Breach, node: exp.Expr, scene: Scene) -> Span:
    """Where to look: a stamp that is too early is at fault itself; a subquery in FROM is known by its alias."""
    if breach.rule in ("FC306", "FC315") and breach.late is not None and scene.stamp in scene.places:
        return scene.places[scene.stamp]
    alias = node.args.get("alias") if isinstance(node, exp.Subquery | exp.Lateral) else None
    named = isinstance(alias, exp.TableAlias) and isinstance(alias.this, exp.Identifier)
    return span_of(alias.this if named and isinstance(alias, exp.TableAlias) else node, scene.rendered)


def _cause(breach: Breach, what: str, scene: Scene) -> str:
    who = _affected(breach)
    if breach.rule == "FC311":
        return f"a later row takes its place; affected: {who}"
    if breach.rule == "FC399":
        return f"{what}; affected: {who}"
    if breach.rule in _RANDOM_WAITS:
        return f"affected: {who}"
    verb = "wait" if len(breach.outputs) + breach.rows > 1 else "waits"
    if breach.late is None:
        return f"{who} {verb} for {what}, which nothing bounds by `{scene.stamp}`"
    return f"{who} {verb} for {what}, which can be up to {span_words(breach.late)} after `{scene.stamp}`"


def _affected(breach: Breach) -> str:
    """The columns, and the existence of rows."""
    names = [f"`{name}`" for name in breach.outputs]
    return _listed([*names, "which rows there are"] if breach.rows else names)


def _listed(names: list[str]) -> str:
    if len(names) > 4:
        return ", ".join(names[:3]) + f" and {len(names) - 3} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _labels(breach: Breach, scene: Scene) -> tuple[Label, ...]:
    place = scene.places.get(scene.stamp)
    if place is None or breach.rule in _RANDOM_WAITS or _place_is_stamp(breach):
        return ()
    return (Label(place, "the stamp"),)


def _place_is_stamp(breach: Breach) -> bool:
    return breach.rule in ("FC306", "FC315") and breach.late is not None


def _alias(node: exp.Expr, relation: str) -> str:
    """What a relation is called in a FROM item or subquery."""
    for table in node.find_all(exp.Table):
        if table.name.partition(".")[2] == relation:
            return str(table.alias_or_name)
    return str(node.alias_or_name) if isinstance(node, exp.Table | exp.Subquery | exp.Lateral) else relation


def _printed(node: exp.Expr) -> str:
    """A node as SQL, names as the author spells them."""
    copy = node.copy()
    for name in copy.find_all(exp.Identifier):
        name.set("this", name.meta.get("spelled", name.name))
        name.set("quoted", False)
    return copy.sql(comments=False)
