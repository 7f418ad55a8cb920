"""FC305, FC309, FC310 and FC314: rows that a join, a subquery or a filter lets in from later."""

from sqlglot import exp

from featurec.analysis.time.messages.limits import Limit, computed, limit_of
from featurec.analysis.time.messages.said import Said
from featurec.analysis.time.messages.scene import Subject
from featurec.analysis.time.messages.stamping import picking
from featurec.analysis.time.messages.windows import of_all_rows
from featurec.analysis.time.messages.words import name_of

_COMPARISONS = (exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Between)


def unbounded(subject: Subject) -> Said:
    """FC305."""
    verb = "is joined with" if isinstance(subject.node.parent, exp.From | exp.Join) else "reads"
    limit = limit_of(subject)
    return Said(
        f"`{subject.sql}` {verb} rows from after `{subject.stamp}`",
        limit.advice() if limit is not None else computed(subject),
    )


def known_later(subject: Subject) -> Said:
    """FC309."""
    limit = limit_of(subject)
    if limit is None:
        return Said(
            f"`{subject.sql}` is used before it is known: its rows become known at {subject.what}", computed(subject)
        )
    other = _bounded_by(limit)
    item, known = subject.scene.alias(limit.item), limit.times
    claim = f"`{item}` is used before its rows become known, which is at {known}"
    if other is not None:
        claim = f"`{item}` is bounded by `{other}`, but its rows become known at {known}"
    return Said(claim, limit.advice())


def of_all(subject: Subject) -> Said:
    """FC310."""
    if isinstance(subject.node, exp.Window):
        return of_all_rows(subject)
    claim = f"`{subject.sql}` is computed from all rows, those that are still to come included"
    limit = limit_of(subject) if subject.level is not None and subject.level.inner else None
    other = "keep it in a table of its own that says when it was computed"
    if limit is not None:
        return Said(claim, f"compute it from the rows up to the stamp: {limit.advice()}; or {other}")
    return Said(claim, f"compute it from the rows up to `{_end_of(subject)}`, or {other}")


def survivors(subject: Subject) -> Said:
    """FC314."""
    claim = f"`{subject.sql}` keeps or drops rows by what is known only after `{subject.stamp}`"
    if isinstance(subject.node, exp.Window):
        pick = picking(subject)
        shown = f"`{subject.scene.exact(pick)}`" if pick is not None else "the filter on it"
        return Said(claim, f"leave out {shown}: featurec picks the newest row as of each training time")
    drop = "drop the filter: when the row is used nobody knows yet whether it holds"
    limit = None if subject.is_label else limit_of(subject)
    if limit is None:
        return Said(claim, drop)
    return Said(claim, f"{drop}; or ask only about what is known: {limit.advice()}")


def _end_of(subject: Subject) -> str:
    return subject.stamped if subject.level is not None else subject.stamp


def _bounded_by(limit: Limit) -> str | None:
    """Another time of the late rows that the SQL compares."""
    known = {read.name for read in limit.reads}
    for comparison in limit.select.find_all(*_COMPARISONS):
        for column in comparison.find_all(exp.Column):
            if column.table == limit.item.alias_or_name and column.name not in known:
                return name_of(column.name, limit.scene.dialect)
    return None
