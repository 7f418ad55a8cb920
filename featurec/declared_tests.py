"""The ``tests`` and ``freshness`` of headers and sources as values of the vocabulary."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from featurec.diagnostic import Diagnostic, Label
from featurec.duration import read_duration
from featurec.expectation_models import (
    ConditionModel,
    FreshnessModel,
    RangeModel,
    RelationshipsModel,
    TestModel,
    TestOptions,
    ValuesModel,
    kinds,
)
from featurec.expectations import DataTest, Freshness, TestKind, TestSeverity, Value
from featurec.findings import Findings
from featurec.source import Span
from featurec.yaml_reader import Node

_SINGLE: frozenset[TestKind] = frozenset({"not_null", "accepted_values", "range", "relationships"})
_EXAMPLE = "write one of not_null, unique, accepted_values, range, relationships, sql"


def read_tests(
    models: Sequence[str | TestModel], node: Node, findings: Findings, column: str | None = None
) -> tuple[DataTest, ...]:
    """Tests in order; those that say nothing to test are left out, with a finding.

    Args:
        column: the column below which they are listed; None for tests of a whole view or table.
    """
    found = (_read(model, node.at(index), findings, column) for index, model in enumerate(models))
    return tuple(test for test in found if test is not None)


def named_apart(tests: Iterable[DataTest], findings: Findings) -> tuple[DataTest, ...]:
    """The tests under names of their own: a default that is taken gets a number, a given one is FC112."""
    taken: dict[str, Span | None] = {}
    named = []
    for test in tests:
        name, number = test.name, 1
        while name in taken and "name" not in test.spans:
            number += 1
            name = f"{test.name}_{number}"
        if name in taken:
            first = taken[name]
            labels = (Label(first, "first written here"),) if first else ()
            claim = f"two tests are called `{name}`"
            findings.add([Diagnostic("FC112", claim, test.place("name"), "", "rename one of them", labels)])
        taken.setdefault(name, test.place("name"))
        named.append(replace(test, name=name))
    return tuple(named)


def unique_test(columns: Sequence[str], span: Span) -> DataTest:
    """The test that comes with ``unique:`` of a source table."""
    return DataTest("unique", "_".join(("unique", *columns)), tuple(columns), spans={"test": span})


def read_freshness(model: FreshnessModel | None, node: Node, findings: Findings) -> Freshness | None:
    """Limits of an age; None where none is set. FC110 where the error would come before the warning."""
    if model is None:
        return None
    warn = read_duration(model.warn_after, node.at("warn_after"), findings, least=1)
    error = read_duration(model.error_after, node.at("error_after"), findings, least=1)
    if model.warn_after is None and model.error_after is None and not node.dropped:
        fix = "add `warn_after: 12h`, `error_after: 24h` or both"
        findings.add([Diagnostic("FC102", "`freshness` sets no limit", node.place, "", fix)])
    if warn is not None and error is not None and warn >= error:
        cause = "the warning would never be seen: the error comes first"
        fix = "give `error_after` the longer time"
        findings.add(
            [Diagnostic("FC110", "`warn_after` contradicts `error_after`", node.at("warn_after").span, cause, fix)]
        )
        warn = None
    return Freshness(warn, error, node.place) if warn is not None or error is not None else None


def _read(model: str | TestModel, node: Node, findings: Findings, column: str | None) -> DataTest | None:
    spans = {"test": node.place}
    if isinstance(model, str):
        return _with_columns("unique" if model == "unique" else "not_null", [], column, spans, findings)
    named = kinds(model)
    if len(named) != 1:
        if not named and node.dropped:
            return None
        claim = "the test has no kind" if not named else f"the test is both `{'` and `'.join(named)}`"
        place = node.at(list(named)[1]).place if named else node.place
        findings.add([Diagnostic("FC102" if not named else "FC110", claim, place, "each test has one", _EXAMPLE)])
        return None
    ((kind, said),) = named.items()
    inside = node.at(kind)
    spans["test"] = inside.place
    outer: list[tuple[TestOptions, Node]] = [(model, node)]
    if isinstance(said, TestOptions):
        outer.append((said, inside))
    columns = _columns(kind, said, inside, outer, spans)
    test = _with_columns(kind, columns, column, spans, findings)
    if test is None:
        return None
    return _said(_options(test, outer, spans), said, inside, findings)


def _columns(
    kind: str, said: object, inside: Node, options: Sequence[tuple[TestOptions, Node]], spans: dict[str, Span]
) -> list[str]:
    """The columns that a test names; their places go to ``spans``."""
    if kind == "unique" and isinstance(said, list):
        places = {f"columns.{n}": inside.at(n).span for n in range(len(said))}
        spans |= places
        return list(said)
    names: list[str] = []
    for model, node in options:
        if isinstance(model, RelationshipsModel):
            continue  # its `column` is the other table's
        if model.column is not None:
            spans[f"columns.{len(names)}"] = node.at("column").span
            names.append(model.column)
        for index, name in enumerate(model.columns or ()):
            spans[f"columns.{len(names)}"] = node.at("columns", index).span
            names.append(name)
    return names


def _with_columns(
    kind: TestKind, columns: list[str], column: str | None, spans: dict[str, Span], findings: Findings
) -> DataTest | None:
    """The bare test of its columns; None with a finding where it has none, or one too many."""
    place = spans["test"]
    if column is not None and columns:
        cause = f"below `{column}` a test speaks of that column"
        fix = "list it under `tests:` of the whole" if len(columns) > 1 or columns != [column] else "remove it"
        findings.add([Diagnostic("FC110", "the test names columns of its own", place, cause, fix)])
        return None
    if column is not None:
        columns = [column]
    if kind != "sql" and not columns:
        key = "columns" if kind == "unique" else "column"
        cause = "only below a feature or column it is known which one is tested"
        fix = f"add `{key}: {'[…]' if key == 'columns' else '…'}`, or list the test below the feature"
        findings.add([Diagnostic("FC102", f"`{kind}` lacks the key `{key}`", place, cause, fix)])
        return None
    if kind in _SINGLE and len(columns) > 1:
        fix = "write one test a column"
        findings.add([Diagnostic("FC110", f"`{kind}` tests one column", place, f"{len(columns)} are named", fix)])
        return None
    return DataTest(kind, "_".join((kind, *columns)), tuple(columns), spans=spans)


def _options(test: DataTest, options: Sequence[tuple[TestOptions, Node]], spans: dict[str, Span]) -> DataTest:
    severity: TestSeverity = "error"
    name, where = test.name, None
    for model, node in options:
        for key in ("name", "severity", "where"):
            if getattr(model, key) is not None:
                spans[key] = node.at(key).span
        name, where, severity = model.name or name, model.where or where, model.severity or severity
    return replace(test, name=name, where=where, severity=severity, spans=spans)


def _said(test: DataTest, said: object, inside: Node, findings: Findings) -> DataTest | None:
    """The test with what its kind says."""
    spans = dict(test.spans)
    match said:
        case ValuesModel() | list() if test.kind == "accepted_values":
            values: Sequence[Value] = said if isinstance(said, list) else said.values
            place = inside if isinstance(said, list) else inside.at("values")
            spans |= {f"values.{n}": place.at(n).span for n in range(len(values))}
            if all(value is None for value in values):  # NULL passes anyway
                fix = "list the values: `accepted_values: [a, b]`"
                findings.add([Diagnostic("FC102", "`accepted_values` accepts nothing", place.place, "", fix)])
                return None
            return replace(test, values=tuple(values), spans=spans)
        case RangeModel():
            spans |= {key: inside.at(key).span for key in ("min", "max") if key in inside.children}
            if said.min is None and said.max is None:
                fix = "add `min: 0`, `max: 1` or both"
                if not inside.dropped:
                    findings.add([Diagnostic("FC102", "`range` has no bound", inside.place, "", fix)])
                return None
            return replace(test, least=said.min, greatest=said.max, spans=spans)
        case RelationshipsModel():
            other = said.column or said.field or test.columns[0]
            spans["to"] = inside.at("to").span
            spans["to_column"] = inside.at("column" if said.column else "field" if said.field else "to").span
            return replace(test, to=said.to, to_column=other, spans=spans)
        case str():
            return replace(test, condition=said, spans={**spans, "condition": inside.span})
        case ConditionModel():
            return replace(test, condition=said.condition, spans={**spans, "condition": inside.at("condition").span})
    return replace(test, spans=spans)
