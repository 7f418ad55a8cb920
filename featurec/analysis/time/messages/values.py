"""FC304, FC307, FC308, FC312, FC313 and FC399: values that no bound in time makes known."""

from collections.abc import Mapping
from difflib import get_close_matches

from sqlglot import exp

from featurec.analysis.time.constants import parsed_span
from featurec.analysis.time.functions import AGGREGATE_NAMES, PURE_NAMES
from featurec.analysis.time.messages.limits import group_keys
from featurec.analysis.time.messages.said import Said
from featurec.analysis.time.messages.scene import Subject
from featurec.analysis.time.messages.words import duration, name_of
from featurec.analysis.time.nodes import DAY
from featurec.analysis.time.reads import read_in, relation_of
from featurec.analysis.time.stamps import items_of

_HASHES: Mapping[str, str] = {
    "bigquery": "farm_fingerprint",
    "clickhouse": "cityHash64",
    "postgres": "hashtext",
    "redshift": "fnv_hash",
}
_FIRST_BY: Mapping[str, str] = {
    "clickhouse": "argMin",
    "spark": "min_by",
    "databricks": "min_by",
    "snowflake": "min_by",
}
"""Functions that take the value of the least key, for dialects whose aggregates take no ORDER BY."""


def clock(subject: Subject) -> Said:
    """FC304."""
    if subject.scene.inputs:
        return _clock_of_request(subject)
    claim = f"`{subject.sql}` is the time at which the query runs, not that of the row"
    around: exp.Expr | None = subject.node
    while around is not None and not isinstance(around, exp.Where | exp.Having | exp.Qualify | exp.Join | exp.Select):
        around = around.parent
    if isinstance(around, exp.Select):
        return Said(claim, f"write `{subject.stamped}` in place of `{subject.sql}`")
    if subject.scene.is_spine:
        return Said(claim, "leave the filter out: a spine says by its rows what is asked")
    length = _age(subject.node)
    ages = f": `ttl: {length}` in the header ages rows out" if length else ""
    return Said(claim, f"leave the filter out{ages}")


def _clock_of_request(subject: Subject) -> Said:
    """FC304 in an on-demand view, which has no time but what a request brings."""
    taken = {name.lower() for name in subject.scene.inputs}
    kind, name = ("date", "asked_on") if isinstance(subject.node, exp.CurrentDate) else ("timestamptz", "asked_at")
    while name in taken:
        name += "_"
    fix = f"make it an input: `{name}: {kind}` under `inputs`, and `{{{{ input('{name}') }}}}` in place of `{subject.sql}`"
    return Said(f"`{subject.sql}` is the time at which the query runs, not that of the request", fix)


def rewritten(subject: Subject) -> Said:
    """FC307."""
    if any(subject.scene.is_end(what) for what in subject.breach.whats):
        end = name_of(subject.columns[0][1], subject.scene.dialect) if subject.columns else "valid_to"
        return Said(
            f"{subject.what} is written when the next version of the row comes",
            f"match open rows too: `({end} IS NULL OR {subject.stamped} < {end})`; as a value, leave it out",
        )
    level = subject.level
    is_constant = level is not None and level.stamp.find(exp.Column) is None
    history = "a history table, as of " + (f"`{subject.stamped}`" if not is_constant else "the start of each version")
    return Said(
        f"{subject.what} is rewritten in place: an old row shows what was written later",
        f"read it from {history}, or leave it out",
    )


def label(subject: Subject) -> Said:
    """FC308."""
    claim = f"{subject.what} is a label, and a label is no feature"
    if subject.scene.is_spine:
        return Said(claim, "return it as a label: name it under `labels:`; no rows are chosen by it")
    return Said(
        claim,
        "leave it out; or, to use past labels as a feature, declare their table with `labels: true` and bound it by "
        "when its rows become known",
    )


def chance(subject: Subject) -> Said:
    """FC312."""
    node, sql = subject.node, subject.sql
    key = _key(subject)
    hashed = f"{_HASHES.get(subject.scene.dialect, 'hash')}({key})"
    if isinstance(node, exp.Limit | exp.Fetch):
        claim = f"`{sql}` keeps other rows at every run: nothing says which come first"
        return Said(claim, f"leave {sql.split()[0].upper()} out: a feature view returns all rows")
    if isinstance(node, exp.Table | exp.Subquery | exp.TableSample):
        return Said(f"a sample of `{sql}` has other rows at every run", f"filter by a hash of a key: `{hashed}`")
    if isinstance(node, exp.Select):
        return Said(
            "which row DISTINCT ON keeps of each group depends on the order in which rows are stored",
            "say which: `ORDER BY …`, by columns that tell all rows apart; better, leave DISTINCT ON out",
        )
    if isinstance(node, exp.AggFunc | exp.Window | exp.Filter) or node.find(exp.Column) is not None:
        return Said(
            f"`{sql}` depends on the order in which rows are stored",
            f"say the order, by columns that tell the rows apart: `{_ordered(subject)}`",
        )
    return Said(f"`{sql}` depends on chance", f"hash a key in place of it: `{hashed}`")


def timeless(subject: Subject) -> Said:
    """FC313."""
    return Said(
        f"nothing says when rows of {subject.what} became known",
        "declare it in sources.yml: `timestamp: COLUMN`, or `static: true` for rows that never change",
    )


def unproved(subject: Subject) -> Said:
    """FC399."""
    when = subject.stamp if subject.scene.inputs else f"`{subject.stamp}`"
    claim = f"nothing shows that `{subject.sql}` is known at {when}"
    doubt = " ".join(subject.breach.whats)
    if "reads beside its arguments" in doubt:
        fix = "compute it in functions that featurec knows, or in a table of its own that says when it was computed"
        near = get_close_matches(subject.sql.partition("(")[0].lower(), PURE_NAMES | AGGREGATE_NAMES, 1, cutoff=0.8)
        fix = f"did you mean `{near[0]}`? else {fix}" if near else fix
    elif "is not known" in doubt:
        fix = "say it with a column or function that featurec knows; docs/leakage.md tells which"
    elif "recursive" in doubt:
        fix = "say it without recursion over tables: with a join or a window"
    elif "alternatives" in doubt:
        fix = "say it with fewer ORs, or in several views"
    elif "ROLLUP" in doubt:
        fix = "group by one set of keys, and let each set be a view of its own"
    elif "LIMIT" in doubt:
        fix = "leave LIMIT out: a feature view returns all rows"
    else:
        fix = "say it in a way that the checker reads: docs/leakage.md tells which"
    return Said(claim, fix)


def _age(node: exp.Expr) -> str | None:
    """``30d`` of a comparison with ``now() - INTERVAL 30 DAY``."""
    minus = node.parent
    interval = minus.expression if isinstance(minus, exp.Sub) else None
    if not isinstance(interval, exp.Interval):
        return None
    count, unit = interval.this, interval.args.get("unit")
    text = f"{count.name} {unit.name}" if isinstance(count, exp.Literal) and isinstance(unit, exp.Var) else count.name
    span = parsed_span(text)
    if span is None or not (span.months * 30 * DAY + span.microseconds):
        return None
    return duration(span.months * 30 * DAY + span.microseconds)


def _key(subject: Subject) -> str:
    """A column that identifies what the row is about; of a request the first input."""
    if subject.scene.inputs:
        return f"{{{{ input('{subject.scene.inputs[0]}') }}}}"
    for projection in subject.scene.tree.selects:
        value = projection.unalias()
        if projection.alias_or_name != subject.scene.spec.timestamp and isinstance(value, exp.Column):
            return subject.scene.exact(value)
    return "…"


def _ordered(subject: Subject) -> str:
    """An aggregate with its order: by when rows are known, where rows of a group differ in it."""
    node, scene, select = subject.node, subject.scene, subject.select
    text = scene.exact(node)
    keys = {key.name for key in group_keys(select)} if select is not None else set()
    order = "…"
    for item in items_of(select) if select is not None else ():
        relation = relation_of(item) if isinstance(item, exp.Table) else None
        known = scene.known.get(relation) if relation is not None else None
        if select is None or known is None or relation is None or set(known.known_at) & keys or not known.known_at:
            continue
        order = scene.column(read_in(select, relation, known.known_at[0])[0]) or order
        break
    argument = next((part for part in node.iter_expressions() if not isinstance(part, exp.Identifier)), None)
    if scene.dialect in _FIRST_BY and argument is not None:
        return f"{_FIRST_BY[scene.dialect]}({scene.exact(argument)}, {order})"
    return f"{text[:-1]} ORDER BY {order})" if text.endswith(")") else text
