"""On-demand views: one SELECT of expressions over a request's inputs and over features that are looked up at the request."""

from collections.abc import Collection, Iterator, Mapping

from sqlglot import exp

from featurec.analysis.model import AnalyzedView
from featurec.analysis.scope import FEATURE, INPUT
from featurec.analysis.time.aggregates import is_aggregate
from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.parse import span_of
from featurec.source import Span
from featurec.spec import Column, Entity, FeatureView, Project
from featurec.template import Rendered

_CLAUSES: Mapping[str, tuple[str, str]] = {
    "with_": ("WITH", "write the expression where it is used"),
    "from_": ("FROM", "look the value up with `{{ feature('view:feature') }}`"),
    "joins": ("JOIN", "look the value up with `{{ feature('view:feature') }}`"),
    "laterals": ("LATERAL", "write the expression where it is used"),
    "where": ("WHERE", "return NULL where it does not hold: `CASE WHEN … THEN … END`"),
    "group": ("GROUP BY", "aggregate in a feature view, and read its feature"),
    "having": ("HAVING", "aggregate in a feature view, and read its feature"),
    "qualify": ("QUALIFY", "return NULL where it does not hold: `CASE WHEN … THEN … END`"),
    "windows": ("WINDOW", "compute it in a feature view, and read its feature"),
    "distinct": ("DISTINCT", "leave it out"),
    "order": ("ORDER BY", "leave it out"),
    "limit": ("LIMIT", "leave it out"),
    "offset": ("OFFSET", "leave it out"),
    "sample": ("a sample", "leave it out"),
}
"""Argument of a SELECT -> what it is, and what to write instead."""
_ALLOWED = frozenset({"expressions"})
_ROWS = (exp.UDTF, exp.Explode, exp.Posexplode, exp.Inline)
_STARS = (exp.Star, exp.Columns)


def check_expressions(spec: FeatureView, rendered: Rendered, tree: exp.Query) -> list[Diagnostic]:
    """FC411: what in the SELECT of an on-demand view is not an expression over one request."""
    if not isinstance(tree, exp.Select):
        return [_more(spec, rendered, tree, "it combines several SELECTs", "write one SELECT")]
    found = []
    for key, value in tree.args.items():
        if not value or key in _ALLOWED:
            continue
        what, fix = _CLAUSES.get(key, (key.rstrip("_").upper(), "leave it out"))
        node = value[0] if isinstance(value, list) else value
        at = node if isinstance(node, exp.Expr) else tree
        found.append(_more(spec, rendered, at, f"it has {what}, and a request is one row", fix))
    earlier: set[str] = set()
    for projection in tree.expressions:
        found += _many_rows(spec, rendered, projection)
        found += _of_earlier(spec, rendered, projection, earlier)
        earlier.add(projection.alias.lower())
    return found


def check_on_demand(
    project: Project, views: Mapping[str, AnalyzedView], names: Collection[str] | None
) -> Iterator[Diagnostic]:
    """FC412: features that on-demand views read and that no request can be answered with.

    Args:
        views: analyzed ones.
        names: the views asked for; None for all.
    """
    for view in views.values():
        spec = view.spec
        if isinstance(spec, FeatureView) and spec.inputs and (names is None or spec.name in names):
            for column, span in _features(view):
                found = _unreachable(spec, column, project, span)
                if found is not None:
                    yield found


def features_read(view: AnalyzedView) -> tuple[tuple[str, str], ...]:
    """(view, feature) pairs that an on-demand view reads, in order of appearance, each once; names as they are written."""
    columns = (column.name.partition(":") for column in _columns(view, FEATURE))
    return tuple(dict.fromkeys((name, feature) for name, _, feature in columns))


def inputs_read(view: AnalyzedView) -> frozenset[str]:
    """Names of the inputs that an on-demand view reads."""
    return frozenset(column.name for column in _columns(view, INPUT))


def is_on_demand(view: AnalyzedView | None) -> bool:
    """Whether a view is computed per request."""
    return view is not None and isinstance(view.spec, FeatureView) and bool(view.spec.inputs)


def request_columns(view: AnalyzedView, entities: Mapping[str, Entity]) -> tuple[Column, ...]:
    """What a request brings to an on-demand view: the join keys of its entities, then its inputs. A name occurs once."""
    spec = view.spec
    assert isinstance(spec, FeatureView)
    columns = [key for name in spec.entities if name in entities for key in entities[name].join_keys]
    columns += [Column(given.name, given.type) for given in spec.inputs]
    found: dict[str, Column] = {}
    for column in columns:
        found.setdefault(column.name.lower(), column)
    return tuple(found.values())


def _columns(view: AnalyzedView, table: str) -> Iterator[exp.Column]:
    tree = view.resolved_tree()
    return (c for c in tree.find_all(exp.Column, bfs=False) if c.table == table)


def _features(view: AnalyzedView) -> Iterator[tuple[str, Span]]:
    """``view:feature`` as it is written, and where its name stands in the author's file."""
    text = view.spec.file.text
    for name, feature in features_read(view):
        written = f"{name}:{feature}"
        at = text.find(written, view.spec.body)
        span = view.spec.file.span(at, at + len(written)) if at >= 0 else view.spec.span or view.spec.file.span(0, 0)
        yield written, span


def _unreachable(spec: FeatureView, written: str, project: Project, span: Span) -> Diagnostic | None:
    name, _, feature = written.partition(":")
    read = project.views.get(name)
    if read is None:
        return None
    claim = f"`{spec.name}` cannot look up `{written}` at a request"
    declared = [f.name for f in read.features]
    declared += [a.output_name(window) for a in read.aggregations for window in a.windows]
    if read.inputs:
        cause = f"`{name}` is an on-demand view itself, whose features are stored nowhere"
        return Diagnostic("FC412", claim, span, cause, f"write the expression of `{feature}` here")
    missing = [entity for entity in read.entities if entity not in spec.entities]
    if missing:
        cause = f"`{name}` is keyed by {_listed(read.entities)}, and `{spec.name}` is not"
        fix = f"declare `entities: [{', '.join(dict.fromkeys((*spec.entities, *read.entities)))}]` in its header"
        return Diagnostic("FC412", claim, span, cause, fix)
    if feature.lower() not in {known.lower() for known in declared}:
        cause = f"the header of `{name}` does not declare it, so that it never comes into the online store"
        fix = f"declare it under `features` of `{name}`, or read another; {did_you_mean(feature, declared)}"
        return Diagnostic("FC412", claim, span, cause, fix)
    if spec.online and not read.online:
        cause = f"the header of `{name}` says `online: false`"
        return Diagnostic(
            "FC412", claim, span, cause, f"say so in the header of `{spec.name}` too, or put `{name}` online"
        )
    return None


def _listed(names: Collection[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _many_rows(spec: FeatureView, rendered: Rendered, projection: exp.Expr) -> Iterator[Diagnostic]:
    """The outermost parts of an expression that look at more than one row."""
    waiting = [projection]
    while waiting:
        node = waiting.pop()
        refused = _refused(node)
        if refused is None:
            waiting.extend(reversed(list(node.iter_expressions())))
        else:
            yield _more(spec, rendered, node, *refused)


def _refused(node: exp.Expr) -> tuple[str, str] | None:
    """Why a node is not part of an expression over one row, and what to do."""
    if isinstance(node, exp.Window):
        return (
            "a window looks at other rows, and a request is one",
            "compute it in a feature view, and read its feature",
        )
    if isinstance(node, exp.Query | exp.Subquery):
        return "a subquery reads rows, and a request is one", "look the value up with `{{ feature('view:feature') }}`"
    if isinstance(node, _ROWS):
        return (
            "it returns rows, and a request is one",
            "use a function of lists, such as `list_transform` or `list_sum`",
        )
    if isinstance(node, _STARS) and not isinstance(node.parent, exp.Count):
        return "there are no columns that a star could stand for", "write each expression out"
    if is_aggregate(node):
        return (
            "an aggregate looks at many rows, and a request is one",
            "aggregate in a feature view, and read its feature",
        )
    return None


def _of_earlier(
    spec: FeatureView, rendered: Rendered, projection: exp.Expr, earlier: Collection[str]
) -> Iterator[Diagnostic]:
    """Outputs that are read by their aliases, which only some databases do."""
    for column in projection.find_all(exp.Column):
        if not column.table and column.name.lower() in earlier and not _is_parameter(column):
            cause = f"`{column.name}` is an output of the same SELECT, which not every database lets be read"
            yield _more(spec, rendered, column, cause, "repeat its expression, or keep it in a macro")


def _is_parameter(column: exp.Column) -> bool:
    around = column.find_ancestor(exp.Lambda)
    while around is not None:
        if column.name.lower() in {parameter.name.lower() for parameter in around.expressions}:
            return True
        around = around.find_ancestor(exp.Lambda)
    return False


def _more(spec: FeatureView, rendered: Rendered, at: exp.Expr, cause: str, fix: str) -> Diagnostic:
    claim = f"the on-demand view `{spec.name}` is more than expressions"
    return Diagnostic("FC411", claim, span_of(at, rendered), cause, fix)
