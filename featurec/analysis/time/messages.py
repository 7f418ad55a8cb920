"""What is said of each breach: claim, cause and fix, in the words of the author's SQL."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from featurec.analysis.time.claims import Breach
from featurec.analysis.time.terms import DAY, HOUR, SECOND
from featurec.diagnostic import Diagnostic, Label, Severity
from featurec.parse import span_of
from featurec.source import Span
from featurec.spec import FeatureView, Spine
from featurec.template import Rendered

_SHOWN = 60


@dataclass(frozen=True)
class Scene:
    """The view or spine that findings are about. ``places``: output name -> where the author names it."""

    spec: FeatureView | Spine
    rendered: Rendered
    places: Mapping[str, Span]

    @property
    def stamp(self) -> str:
        """The name of the time column."""
        return self.spec.timestamp or "the request"


@dataclass(frozen=True)
class Saying:
    """A rule's words. ``claim`` and ``fix`` are formats of ``{sql}``, ``{what}``, ``{stamp}``, ``{late}``."""

    claim: str
    fix: str


_SAYINGS: Mapping[str, Saying] = {
    "FC301": Saying(
        "`{sql}` reads rows that come after its own",
        "order the window by time, ascending, and end its frame at the row itself: "
        "`ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW`",
    ),
    "FC302": Saying(
        "`{sql}` has no ORDER BY, so that it reads its whole partition, rows that are still to come included",
        "order it by time: `OVER (PARTITION BY … ORDER BY {stamp})`",
    ),
    "FC303": Saying(
        "`{sql}` looks ahead to a later row",
        "look back with LAG, or stamp the row with the time of the later one",
    ),
    "FC304": Saying(
        "`{sql}` depends on when it runs",
        "measure from the row's own time, `{stamp}`; an age as of the request belongs into an on-demand view",
    ),
    "FC305": Saying(
        "rows of {what} from after `{stamp}` get into `{sql}`",
        "bound them where they are joined: `AND {column} <= ` the time that `{stamp}` is made of",
    ),
    "FC306": Saying(
        "`{sql}` gathers rows until after `{stamp}`",
        "stamp the group with its end, such as `date_trunc('day', ts) + INTERVAL 1 DAY`, or say `delay: 1d` in the header",
    ),
    "FC307": Saying(
        "{what} is rewritten in place, so that an old row shows what was written later",
        "read its history as of `{stamp}`, or leave it out",
    ),
    "FC308": Saying(
        "{what} is a label, and labels are not features",
        "leave it out; the past of a label may be read from its own table, up to the time at which it was known",
    ),
    "FC309": Saying(
        "{what} comes after `{stamp}`: the row happened before it, but became known later",
        "bound or stamp it by {what}, which says when the row became known",
    ),
    "FC310": Saying(
        "`{sql}` is computed from all rows, those that are still to come included",
        "compute it from the rows up to `{stamp}`: with a window that ends at the current row, "
        "or in a table of its own that is stamped",
    ),
    "FC311": Saying(
        "only the newest row is kept, so that training never sees the ones before",
        "return every row with its own `{stamp}`; featurec picks the newest as of each training time",
    ),
    "FC312": Saying(
        "`{sql}` gives another result at every run",
        "order it by columns that tell all rows apart, or take a hash of a key in place of a random number",
    ),
    "FC313": Saying(
        "nothing says when a row of {what} became known",
        "declare `timestamp:` in sources.yml, the column that says when a row became known; "
        "or `static: true`, if rows never change",
    ),
    "FC314": Saying(
        "`{sql}` keeps or drops rows by what is known only after `{stamp}`",
        "filter by what is known at `{stamp}`; return all rows and let the consumer filter",
    ),
    "FC315": Saying(
        "`{stamp}` comes before the row is known, which is at {what}",
        "stamp the row with {what}, or with the later one: `greatest({stamp}, …)`",
    ),
    "FC399": Saying(
        "nothing proves that `{sql}` is known at `{stamp}`",
        "write it in a way that the checker reads, or see `docs/leakage.md`",
    ),
}


def finding(breach: Breach, node: exp.Expr, scene: Scene) -> Diagnostic:
    """The finding of a breach at a syntax node."""
    saying = _SAYINGS[breach.rule]
    what = _listed(breach.whats)
    words = {
        "sql": shown(node),
        "what": what,
        "stamp": scene.stamp,
        "column": breach.whats[0].strip("`") if breach.whats else "",
    }
    labels = _labels(scene)
    return Diagnostic(
        breach.rule,
        saying.claim.format(**words),
        span_of(node, scene.rendered),
        _cause(breach, what, scene),
        saying.fix.format(**words),
        labels=labels,
        severity=Severity.WARNING if breach.mild else Severity.ERROR,
        approximate=not scene.rendered.map.exact,
    )


def shown(node: exp.Expr) -> str:
    """The author's words for a node, on one line and not too many of them."""
    if isinstance(node, exp.Table | exp.Subquery | exp.Lateral | exp.Unnest) and node.alias_or_name:
        return str(node.alias_or_name)
    copy = node.copy()
    for name in copy.find_all(exp.Identifier):
        name.set("this", name.meta.get("spelled", name.name))
        name.set("quoted", False)
    text = copy.sql(comments=False)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def span_words(microseconds: int) -> str:
    """``1 day``, ``3 hours``, ``1 microsecond``."""
    for width, word in ((DAY, "day"), (HOUR, "hour"), (60 * SECOND, "minute"), (SECOND, "second"), (1, "microsecond")):
        if microseconds >= width and microseconds % width == 0 or width == 1:
            count = microseconds // width
            return f"{count} {word}" if count == 1 else f"{count:,} {word}s"
    return ""


def _cause(breach: Breach, what: str, scene: Scene) -> str:
    if breach.rule == "FC311":
        return f"a later row takes the place of the one that is here, for {_affected(breach)}"
    if breach.rule == "FC399":
        return f"{what}; {_affected(breach)} may wait for it"
    waiting = f"{_affected(breach)} {'wait' if _is_many(breach) else 'waits'} for "
    if breach.rule in ("FC304", "FC312", "FC302", "FC307", "FC308", "FC313"):
        return waiting + "it"
    if breach.late is None:
        return f"{waiting}{what}, which nothing bounds by `{scene.stamp}`"
    return f"{waiting}{what}, which can be up to {span_words(breach.late)} after `{scene.stamp}`"


def _affected(breach: Breach) -> str:
    """``the feature `x```, ``3 columns (`a`, `b`, …)``, ``whether there is a row``."""
    names = [f"`{name}`" for name in breach.outputs]
    columns = "" if not names else names[0] if len(names) == 1 else _listed(names)
    if not breach.rows:
        return columns
    return f"whether there is a row, and {columns}," if columns else "whether there is a row"


def _is_many(breach: Breach) -> bool:
    return len(breach.outputs) > 1 and not breach.rows


def _listed(names: list[str]) -> str:
    if len(names) > 3:
        return ", ".join(names[:3]) + f" and {len(names) - 3} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _labels(scene: Scene) -> tuple[Label, ...]:
    place = scene.places.get(scene.stamp)
    return (Label(place, "the stamp"),) if place is not None else ()


Words = Callable[[Breach, Scene], str]
