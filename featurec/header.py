"""The header of a SQL file: its first block comment, YAML between ``/*---`` and ``---*/``, as a declaration."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from featurec.aggregations import read_aggregations
from featurec.column_type import FLOATING, INTEGERS
from featurec.conform import conform
from featurec.cron import flaw
from featurec.declarations import read_type
from featurec.declared_tests import named_apart, read_freshness, read_tests
from featurec.diagnostic import Diagnostic, Label, did_you_mean
from featurec.duration import read_duration
from featurec.findings import Findings
from featurec.header_models import FeatureModel, SpineHeader, ViewHeader
from featurec.naming import check_columns, check_name
from featurec.source import SourceFile, Span
from featurec.spec import Feature, FeatureView, Input, Scalar, Spine
from featurec.yaml_reader import Node, read

MAX_HEADER = 64_000
"""Characters of YAML in a header."""


@dataclass(frozen=True)
class Defaults:
    """What a header need not repeat: the project's dialect."""

    dialect: str = "duckdb"


def read_view(file: SourceFile, defaults: Defaults) -> tuple[FeatureView | None, list[Diagnostic]]:
    """The feature view that a file declares; None where its header cannot be understood at all."""
    node, body, found = _header(file)
    if node is None:
        return None, found
    findings = Findings(found)
    model, node, found = conform(node, ViewHeader)
    findings.add(found)
    if model is None:
        return None, findings.items
    name = _file_name(model.name, node, file, "feature view", findings)
    features = _features(model.features, node.at("features"), findings)
    inputs = _inputs(model.inputs, node.at("inputs"), findings)
    if not inputs:
        _required(node, "entities", model.entities, "[user]", "a feature view describes entities", findings)
        _required(
            node, "timestamp", model.timestamp, "created_at", "every row needs the time from which it holds", findings
        )
    aggregations = read_aggregations(model.aggregations, node.at("aggregations"), features, findings)
    if inputs and aggregations:
        cause = "a view with `inputs` is computed per request and has no rows to aggregate"
        findings.add(
            [
                Diagnostic(
                    "FC110",
                    "`aggregations` contradicts `inputs`",
                    node.at("aggregations").place,
                    cause,
                    "aggregate in a view of its own",
                )
            ]
        )
    if inputs:
        findings.add(_of_rows(node))
    tests = read_tests(model.tests, node.at("tests"), findings)
    _no_repeats(model.entities, node.at("entities"), "entity", findings)
    if model.schedule is not None:
        findings.add(_check_schedule(model.schedule, node.at("schedule")))
    if model.start is not None:
        findings.add(_check_instant(model.start, node.at("start")))
    view = FeatureView(
        name=name,
        file=file,
        body=body,
        entities=tuple(model.entities),
        timestamp=model.timestamp,
        available_at=model.available_at,
        created_timestamp=model.created_timestamp,
        row_key=tuple(model.row_key),
        delay=read_duration(model.delay, node.at("delay"), findings) or 0,
        ttl=read_duration(model.ttl, node.at("ttl"), findings, least=1),
        features=features,
        aggregations=aggregations,
        inputs=inputs,
        tests=named_apart([*(test for feature in features for test in feature.tests), *tests], findings),
        freshness=read_freshness(model.freshness, node.at("freshness"), findings),
        online=model.online,
        schedule=model.schedule,
        start=model.start,
        interval=read_duration(model.interval, node.at("interval"), findings, least=1),
        max_lateness=read_duration(model.max_lateness, node.at("max_lateness"), findings),
        window_strategy=model.window_strategy,
        dialect=_dialect(model.dialect, node, defaults, findings),
        description=model.description,
        owner=model.owner,
        tags=tuple(model.tags),
        deprecated=model.deprecated,
        meta=model.meta,
        spans=_spans(node),
        span=node.children["name"].span if "name" in node.children else node.span,
    )
    return view, findings.items


def read_spine(file: SourceFile, defaults: Defaults) -> tuple[Spine | None, list[Diagnostic]]:
    """The spine that a file declares; None where its header cannot be understood at all."""
    node, body, found = _header(file)
    if node is None:
        return None, found
    findings = Findings(found)
    model, node, found = conform(node, SpineHeader)
    findings.add(found)
    if model is None:
        return None, findings.items
    _no_repeats(model.entities, node.at("entities"), "entity", findings)
    spine = Spine(
        name=_file_name(model.name, node, file, "spine", findings),
        file=file,
        body=body,
        entities=tuple(model.entities),
        timestamp=model.timestamp,
        labels=tuple(model.labels),
        strict=model.strict,
        dialect=_dialect(model.dialect, node, defaults, findings),
        description=model.description,
        owner=model.owner,
        meta=model.meta,
        spans=_spans(node),
        span=node.children["name"].span if "name" in node.children else node.span,
    )
    return spine, findings.items


_OPENING = re.compile(r"(?:\s|--[^\n]*(?:\n|\Z))*/\*[ \t]*---(?!-)")
_CLOSING = re.compile(r"---[ \t]*\*/")


def _header(file: SourceFile) -> tuple[Node | None, int, list[Diagnostic]]:
    """The header's YAML, where the SQL begins, and findings."""
    text = file.text
    example = "begin the file with /*---, a line `entities: [user]`, a line `timestamp: created_at`, and ---*/"
    opening = _OPENING.match(text)
    if opening is None:
        late = re.search(r"/\*[ \t]*---(?!-)", text)
        if late:
            cause = "only comments may stand before it"
            return (
                None,
                0,
                [
                    Diagnostic(
                        "FC119", "the header is not at the top", file.span(*late.span()), cause, "move it to the top"
                    )
                ],
            )
        cause = "the header says what the rows describe and when they hold" if text.strip() else "the file is empty"
        return None, 0, [Diagnostic("FC119", f"`{file.path}` has no header", file.span(0, 1), cause, example)]
    fence = file.span(text.index("/*", opening.start()), opening.end())
    closing = _CLOSING.search(text, opening.end())
    if closing is None:
        return None, 0, [Diagnostic("FC119", "the header is not closed", fence, "", "end it with a line `---*/`")]
    if closing.start() - opening.end() > MAX_HEADER:
        cause = f"it has {closing.start() - opening.end():,} characters; the limit is {MAX_HEADER:,}"
        return None, 0, [Diagnostic("FC117", "the header is too large to read", fence, cause, "move data into a table")]
    node, found = read(file, opening.end(), closing.start())
    if node is None:
        if not found:
            found = [Diagnostic("FC119", "the header is empty", fence, "", example)]
        return None, 0, found
    if not isinstance(node.value, dict):
        cause = "a header is a mapping of keys and values"
        return (
            None,
            0,
            [*found, Diagnostic("FC103", "the header is no mapping", fence, cause, "write `key: value` lines")],
        )
    return node, closing.end(), found


def _file_name(name: str | None, node: Node, file: SourceFile, kind: str, findings: Findings) -> str:
    if name is not None:
        findings.add(check_name(name, kind, node.at("name").span))
        return name
    stem = PurePosixPath(file.path).name.removesuffix(".sql")
    findings.add(check_name(stem, kind, file.span(0, 1)))
    return stem


def _required(node: Node, key: str, value: object, example: str, cause: str, findings: Findings) -> None:
    if value or key in node.dropped:
        return
    place = node.at(key).place if key in node.children else _first_key(node)
    claim = f"the header lacks the key `{key}`" if key not in node.children else f"`{key}` is empty"
    findings.add([Diagnostic("FC102", claim, place, cause, f"add `{key}: {example}`")])


def _first_key(node: Node) -> Span:
    return next((child.place for child in node.children.values()), node.place)


def _features(declared: Mapping[str, str | FeatureModel], node: Node, findings: Findings) -> tuple[Feature, ...]:
    features = []
    for name, feature in declared.items():
        place = node.at(name)
        if isinstance(feature, str):
            type_ = read_type(feature, place, findings)
            features.append(Feature(name, type_ or feature, span=place.key))
            continue
        type_ = read_type(feature.type, place.at("type"), findings)
        if feature.default is not None and type_ is not None:
            findings.add(_check_default(name, type_, feature.default, place.at("default")))
        features.append(
            Feature(
                name,
                type_ or feature.type,
                feature.description,
                feature.unit,
                tuple(feature.tags),
                feature.default,
                read_tests(feature.tests, place.at("tests"), findings, name),
                place.key,
            )
        )
    findings.add(check_columns(((f.name, f.span) for f in features), "feature"))
    return tuple(features)


_ROWS_ALONE = (
    "timestamp", "available_at", "created_timestamp", "row_key", "delay", "ttl", "freshness", "schedule", "start", "interval",
    "max_lateness", "window_strategy",
)  # fmt: skip
"""Keys that mean nothing in a view without rows."""


def _of_rows(node: Node) -> list[Diagnostic]:
    """FC110 for keys of a view with ``inputs`` that only rows could follow."""
    cause = "a view with `inputs` is computed per request and has no rows of its own"
    fix = "leave it out; the views whose features it reads have their own"
    return [
        Diagnostic("FC110", f"`{key}` contradicts `inputs`", node.at(key).place, cause, fix)
        for key in _ROWS_ALONE
        if key in node.children
    ]


def _inputs(declared: Mapping[str, Any], node: Node, findings: Findings) -> tuple[Input, ...]:
    inputs = []
    for name, column in declared.items():
        place = node.at(name)
        short = isinstance(column, str)
        text, type_node = (column, place) if short else (column.type, place.at("type"))
        inputs.append(Input(name, read_type(text, type_node, findings) or text, place.key))
    findings.add(check_columns(((i.name, i.span) for i in inputs), "input"))
    return tuple(inputs)


def _check_default(name: str, type_: str, value: Scalar, node: Node) -> list[Diagnostic]:
    """FC103 for a default that is no value of the feature's type."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    family = type_.partition("(")[0]
    if family in INTEGERS:
        fits, wanted = isinstance(value, int) and number, "a whole number"
    elif family in FLOATING or family == "decimal":
        fits, wanted = number or (family == "decimal" and isinstance(value, str)), "a number"
    elif family == "boolean":
        fits, wanted = isinstance(value, bool), "true or false"
    else:
        fits, wanted = isinstance(value, str), "text in quotes"
    if fits:
        return []
    claim = f"the default of `{name}` is no {type_}"
    return [Diagnostic("FC103", claim, node.span, f"{wanted} is expected", "write a value of the feature's type")]


def _no_repeats(names: Sequence[str], node: Node, kind: str, findings: Findings) -> None:
    first: dict[str, Span] = {}
    for index, name in enumerate(names):
        span = node.at(index).span
        if name in first:
            labels = (Label(first[name], "first written here"),)
            findings.add(
                [Diagnostic("FC112", f"{kind} `{name}` is listed twice", span, "", "remove one of them", labels)]
            )
        first.setdefault(name, span)


def _dialect(name: str | None, node: Node, defaults: Defaults, findings: Findings) -> str:
    if name is None:
        return defaults.dialect
    unknown = check_dialect(name, node.at("dialect").span)
    findings.add(unknown)
    return defaults.dialect if unknown else name


def check_dialect(name: str, span: Span | None) -> list[Diagnostic]:
    """FC104 for a SQL dialect that the parser does not know."""
    from sqlglot.dialects import DIALECTS

    known = {dialect.lower() for dialect in DIALECTS} - {"dialect"}
    if name in known:
        return []
    near = {"postgresql": "postgres", "sparksql": "spark", "mssql": "tsql", "sqlserver": "tsql"}.get(
        name.lower(), name.lower()
    )
    fix = did_you_mean(near, known)
    return [Diagnostic("FC104", f"there is no SQL dialect `{name}`", span, "", fix)]


def _check_schedule(text: str, node: Node) -> list[Diagnostic]:
    cause = flaw(text)
    if cause is None:
        return []
    fix = 'such as "0 * * * *", "30 6 * * mon-fri" or "@daily"'
    return [Diagnostic("FC104", f"`{text[:80]}` is no schedule", node.span, cause, fix)]


def _check_instant(text: str, node: Node) -> list[Diagnostic]:
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        return [
            Diagnostic(
                "FC104",
                f"`{text}` is no date or time",
                node.span,
                str(error),
                "write 2024-01-31 or 2024-01-31T12:00:00+00:00",
            )
        ]
    return []


def _spans(node: Node) -> dict[str, Span]:
    """Header key -> its value; ``features.amount``, ``entities.user`` and the like -> that entry's name."""
    spans = {}
    for key, child in node.children.items():
        spans[str(key)] = child.span
        for step, entry in child.children.items():
            if isinstance(step, str):
                spans[f"{key}.{step}"] = entry.place
            elif isinstance(entry.value, str):
                spans[f"{key}.{entry.value}"] = entry.span
    return spans
