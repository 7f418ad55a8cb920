"""A breach as a finding: claim, place, cause and fix."""

from collections.abc import Mapping

from sqlglot import exp

from featurec.analysis.time.claims import Breach
from featurec.analysis.time.lengths import span_words
from featurec.analysis.time.messages import rows, stamping, values, windows
from featurec.analysis.time.messages.said import Saying
from featurec.analysis.time.messages.scene import Scene, Subject
from featurec.analysis.time.messages.words import listed, name_of
from featurec.analysis.time.reads import relation_of
from featurec.diagnostic import Diagnostic, Label, Severity
from featurec.parse import span_of
from featurec.source import Span

_SAYINGS: Mapping[str, Saying] = {
    "FC301": windows.future_frame,
    "FC302": windows.unordered,
    "FC303": windows.looks_ahead,
    "FC304": values.clock,
    "FC305": rows.unbounded,
    "FC306": stamping.bucket,
    "FC307": values.rewritten,
    "FC308": values.label,
    "FC309": rows.known_later,
    "FC310": rows.of_all,
    "FC311": stamping.newest,
    "FC312": values.chance,
    "FC313": values.timeless,
    "FC314": rows.survivors,
    "FC315": stamping.too_early,
    "FC399": values.unproved,
}
_REASONS: Mapping[str, str] = {
    "FC304": "training would see {who} as of the day of the run, production as of another",
    "FC307": "training reads what was written last into every row of the past: {who}",
    "FC308": "{who} would tell the model the answer",
    "FC311": "a later row takes its place; affected: {who}",
    "FC312": "two runs over the same data disagree about {who}",
    "FC313": "nobody can tell which rows were there at `{stamp}`; affected: {who}",
    "FC399": "{what}; affected: {who}",
}
"""Causes of rules whose node says all of what is waited for."""


def finding(breach: Breach, node: exp.Expr, scene: Scene) -> Diagnostic:
    """The finding of a breach at a syntax node."""
    subject = Subject(breach, node, scene)
    said = _SAYINGS[breach.rule](subject)
    return Diagnostic(
        breach.rule,
        said.claim,
        _place(subject),
        _cause(subject),
        said.fix,
        labels=_labels(subject),
        severity=Severity.WARNING if breach.mild else Severity.ERROR,
        approximate=not scene.rendered.map.exact,
    )


def _cause(subject: Subject) -> str:
    breach = subject.breach
    names = [f"`{name_of(name, subject.scene.dialect)}`" for name in breach.outputs]
    who = listed([*names, "the set of rows"] if breach.rows else names)
    if breach.rule in _REASONS:
        return _REASONS[breach.rule].format(who=who, what=subject.what, stamp=subject.stamp)
    if subject.is_label:
        return f"which rows are asked about depends on the answer: {subject.what} is a label"
    change = "change" if len(names) + breach.rows > 1 else "changes"
    if breach.late is None:
        kept = f"nothing keeps out those with {subject.what} after the row's own `{subject.stamp}`"
        return f"{who} still {change} when later rows arrive: {kept}"
    later = f"rows with {subject.what} up to that much later are let in"
    return f"{who} still {change} for up to {span_words(breach.late)} after `{subject.stamp}`: {later}"


def _place(subject: Subject) -> Span:
    """Where the future is seen: a stamp that is too early, the name of a FROM item, the table that a subquery reads."""
    scene, node = subject.scene, subject.node
    if _is_at_stamp(subject):
        level = subject.level
        if level is not None and scene.stamps.is_other_branch(level, scene.tree):
            return span_of(level.stamp, scene.rendered)
        return scene.places[subject.stamp]
    if isinstance(node, exp.Select) and node.args.get("distinct") is not None:
        return span_of(node, scene.rendered)
    if isinstance(node, exp.Exists | exp.In | exp.Query | exp.Lateral):
        alias = node.args.get("alias") if isinstance(node, exp.Query) else None
        if isinstance(alias, exp.TableAlias) and isinstance(alias.this, exp.Identifier):
            return span_of(alias.this, scene.rendered)
        late = {relation for relation, _ in subject.columns}
        tables = list(node.find_all(exp.Table))
        found = next((table for table in tables if relation_of(table) in late), tables[0] if tables else None)
        return span_of(found if found is not None else node, scene.rendered)
    return span_of(node, scene.rendered)


def _labels(subject: Subject) -> tuple[Label, ...]:
    place = subject.scene.places.get(subject.stamp)
    if place is None or (subject.breach.rule in _REASONS and subject.breach.rule not in ("FC311", "FC399")):
        return ()
    if _is_at_stamp(subject):
        known = subject.breach.rule == "FC315" and isinstance(subject.node, exp.Table)
        rows = span_of(subject.node, subject.scene.rendered)
        return (Label(rows, f"known at {subject.what}"),) if known else ()
    stamp = Label(place, "the stamp")
    frame = windows.named_frame(subject) if subject.breach.rule == "FC301" else None
    return (stamp, Label(frame, "its frame")) if frame is not None else (stamp,)


def _is_at_stamp(subject: Subject) -> bool:
    breach = subject.breach
    early = breach.late is not None or (breach.rule == "FC315" and not subject.scene.stamps.is_generated)
    early = early and breach.rule in ("FC306", "FC315")
    return early and subject.stamp in subject.scene.places
