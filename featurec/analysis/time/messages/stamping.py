"""FC306, FC311 and FC315: rows that are stamped too early, or with the newest of what they are made of."""

from sqlglot import exp

from featurec.analysis.time.messages.limits import group_keys, limit_of
from featurec.analysis.time.messages.said import Said
from featurec.analysis.time.messages.scene import Subject
from featurec.analysis.time.messages.words import duration, interval, interval_of, listed, name_of, spelled
from featurec.analysis.time.reads import read_in
from featurec.analysis.time.stamps import source_of
from featurec.parse.words import extent, words_of

_CALENDAR = frozenset({"WEEK", "MONTH", "QUARTER", "YEAR"})
_BUCKETS = (exp.TimestampTrunc, exp.DateTrunc, exp.DatetimeTrunc, exp.TimestampTrunc, exp.DateBin)
_NEWEST = "featurec picks the newest row as of each training time"


def delay_advice(subject: Subject) -> str | None:
    """``write `delay: 1d` in the header``; None where nothing bounds how late it is, or there is no header for it."""
    if subject.scene.is_spine or subject.breach.late is None:
        return None
    return f"write `delay: {duration(subject.scene.delay + subject.breach.late)}` in the header"


def bucket(subject: Subject) -> Said:
    """FC306."""
    late = subject.breach.late
    if late is None:
        return _unending(subject)
    stamp = subject.level.stamp if subject.level is not None else None
    ends = _end(subject, stamp, late) if stamp is not None else None
    alias = name_of(subject.stamp, subject.scene.dialect)
    end = f"stamp with the end: `{ends} AS {alias}`" if ends is not None else None
    delay = delay_advice(subject)
    keep = f"keep `{subject.stamp}` and {delay}" if delay else None
    if ends is None:
        claim = f"`{subject.stamp}` comes before all that `{subject.sql}` gathers is known"
        return Said(claim, delay or "stamp the group with a time at which all of it is known")
    claim = f"`{subject.stamp}` is the start of what `{subject.sql}` gathers, which is known only at the end"
    return Said(claim, ", or ".join(part for part in (end, keep) if part))


def newest(subject: Subject) -> Said:
    """FC311."""
    node, scene = subject.node, subject.scene
    if isinstance(node, exp.Limit | exp.Fetch):
        count = node.expression if isinstance(node, exp.Limit) else node.args.get("count")
        number = scene.exact(count) if isinstance(count, exp.Expr) else ""
        kept = "row is" if number == "1" else f"{number} rows are".strip()
        claim = f"only the last {kept} kept: training never sees the ones before"
        return Said(claim, f"leave {scene.text(node).split()[0].upper()} out: a feature view returns all rows")
    if isinstance(node, exp.Select) and node.args.get("distinct") is not None:
        on = node.args["distinct"].args.get("on")
        keys = on.expressions if isinstance(on, exp.Tuple) else [on.unnest()] if on is not None else []
        return Said(_kept(subject, keys), f"leave out DISTINCT ON: {_NEWEST}")
    window = subject.window()
    if window is not None:
        pick = _filter_on(subject)
        return Said(_kept(subject, window.partition), f"leave out {pick}: {_NEWEST}")
    claim = "each group is stamped with its newest row: training never sees its earlier values"
    return Said(claim, _row_by_row(subject) or f"return every row with its own `{subject.stamp}`; {_NEWEST}")


def too_early(subject: Subject) -> Said:
    """FC315."""
    scene = subject.scene
    early = scene.available_at or subject.stamp
    claim = f"`{early}` comes before the row is known, which is at {subject.what}"
    if scene.is_spine:
        tables = listed([f"`{name}`" for name in dict.fromkeys(relation for relation, _ in subject.columns)])
        labels = f", and join {tables} only for labels" if tables else ""
        return Said(claim, f"build it from a table whose rows are known at `{subject.stamp}`{labels}")
    fix = _known_too(subject)
    delay = delay_advice(subject)
    return Said(claim, f"{fix}, or {delay}" if delay else fix)


def _known_too(subject: Subject) -> str:
    """Return when the row is known as well, or stamp it with that."""
    scene, level = subject.scene, subject.level
    columns = [
        column
        for relation, name in subject.columns
        if level is not None
        for read in read_in(level.select, relation, name)[:1]
        if (column := scene.column(read)) is not None
    ]
    if level is None or not columns:
        return f"stamp the row with {subject.what}, or return it and say `available_at:` in the header"
    known_at = columns[0] if len(columns) == 1 else f"greatest({', '.join(columns)})"
    stamped = scene.exact(level.stamp)
    if level.select is not scene.tree and stamped != known_at:
        return f"stamp it with `{known_at}` in place of `{stamped}`"
    name = known_at.rpartition(".")[2] if len(columns) == 1 else "known_at"
    selected = [p for p in level.select.selects if scene.exact(p.unalias()) == known_at]
    if selected:
        shown = _output(subject, selected[0])
        return f"write `available_at: {shown}` in the header, or stamp the row with it"
    added = known_at if len(columns) == 1 else f"{known_at} AS {name}"
    return f"add `{added}` to SELECT and `available_at: {name}` to the header, or stamp the row with it"


def _output(subject: Subject, projection: exp.Expr) -> str:
    alias = projection.args.get("alias") if isinstance(projection, exp.Alias) else None
    return spelled(alias, subject.scene.dialect) or projection.alias_or_name


def _end(subject: Subject, stamp: exp.Expr, late: int) -> str | None:
    """The end of a bucket in the author's words; None where the stamp is none."""
    text, dialect = subject.scene.exact(stamp), subject.scene.dialect
    node = stamp.unnest()
    unit = node.args.get("unit") if isinstance(node, _BUCKETS) else None
    name = unit.name.upper() if isinstance(unit, exp.Var | exp.Literal) else ""
    if name in _CALENDAR:
        return f"{text} + {interval_of(1, name, dialect)}"
    named = {word.key.strip("'") for word in words_of(text).all}
    cut = any("TRUNC" in key or "BUCKET" in key or "STARTOF" in key or "SLICE" in key for key in named)
    is_day = isinstance(node, exp.Date | exp.TsOrDsToDate) or (isinstance(node, exp.Cast) and node.is_type("date"))
    if not (isinstance(node, _BUCKETS) or is_day or cut):
        return None
    return f"{text} + {interval(late, dialect)}"


def _unending(subject: Subject) -> Said:
    claim = f"`{subject.sql}` gathers rows that are still to come"
    fix = _row_by_row(subject)
    if fix is not None:
        return Said(claim, fix)
    limit = limit_of(subject)
    if limit is not None and limit.join is not None:
        return Said(claim, limit.advice())
    bucketed = "group by a bucket of time too and stamp the group with its end"
    return Said(claim, f"{bucketed}; or sum up in a window that ends at the row itself")


def _row_by_row(subject: Subject) -> str | None:
    """The group's aggregate as a window over its keys, up to each row."""
    select, known_at = subject.select, subject.known_at()
    if select is None or known_at is None or select.args.get("group") is None:
        return None
    stamp = subject.level.stamp if subject.level is not None else None
    calls = [p.unalias() for p in select.selects if isinstance(p.unalias(), exp.AggFunc) and p.unalias() != stamp]
    call: exp.Expr | None = (
        subject.node if subject.breach.rule == "FC306" and isinstance(subject.node, exp.AggFunc) else None
    )
    call = call or (calls[0] if calls else None)
    if call is None:
        return None
    scene = subject.scene
    keys = ", ".join(scene.exact(key) for key in group_keys(select))
    window = f"{scene.exact(call)} OVER ({f'PARTITION BY {keys} ' if keys else ''}ORDER BY {known_at})"
    return f"keep every row and compute it up to the row: `{window}`, stamped `{known_at}`"


def _kept(subject: Subject, keys: list[exp.Expr] | tuple[exp.Expr, ...]) -> str:
    per = ", ".join(f"`{subject.scene.exact(key)}`" for key in keys)
    return f"only the newest row{f' per {per}' if per else ''} is kept: training never sees the ones before"


def _filter_on(subject: Subject) -> str:
    """The condition that picks by a rank, in the author's words."""
    condition = picking(subject)
    return f"`{subject.scene.exact(condition)}`" if condition is not None else "the filter on it"


def picking(subject: Subject) -> exp.Expr | None:
    """The comparison that keeps rows by the rank that the node is."""
    node = subject.node
    compared = node.parent
    if isinstance(compared, exp.Predicate):
        return compared
    name = compared.alias if isinstance(compared, exp.Alias) else None
    for column in subject.scene.tree.find_all(exp.Column):
        found = column.parent
        if name and column.name == name and isinstance(found, exp.Predicate):
            source = source_of(column.parent_select, column.table) if column.parent_select is not None else None
            if source is not None or column.parent_select is subject.select:
                words = words_of(subject.scene.rendered.sql)
                return found if extent(found, words) is not None else None
    return None
