"""Files below ``tests/`` as unit tests of the vocabulary. What they name is for analysis to check."""

from collections.abc import Iterable
from datetime import datetime

from featurec.conform import conform
from featurec.diagnostic import Diagnostic, Label
from featurec.expectations import Cell, Given, GivenRow, UnitTest
from featurec.findings import Findings
from featurec.models import UnitTestModel, UnitTestsFile
from featurec.source import SourceFile, Span
from featurec.yaml_reader import Node


def read_unit_tests(file: SourceFile, root: Node) -> tuple[tuple[UnitTest, ...], list[Diagnostic]]:
    """The unit tests of a file in order. FC104 for an instant that is none."""
    findings = Findings()
    model, root, found = conform(root, UnitTestsFile)
    findings.add(found)
    if model is None:
        return (), findings.items
    tests = [_read(test, file, root.at("unit_tests", n), findings) for n, test in enumerate(model.unit_tests)]
    return tuple(tests), findings.items


def named_twice(tests: Iterable[UnitTest]) -> list[Diagnostic]:
    """FC112 for unit tests of one name, in whatever files they stand."""
    first: dict[str, UnitTest] = {}
    found = []
    for test in tests:
        other = first.setdefault(test.name, test)
        if other is not test:
            labels = (Label(other.span, "first written here"),) if other.span else ()
            claim = f"two unit tests are called `{test.name}`"
            found.append(Diagnostic("FC112", claim, test.span, "", "rename one of them", labels))
    return found


def _read(model: UnitTestModel, file: SourceFile, node: Node, findings: Findings) -> UnitTest:
    given = []
    for relation in model.given:
        place = node.at("given", relation)
        given.append(Given(_relation(relation), _rows(place), place.place))
    if model.at is not None:
        findings.add(_check_instant(model.at, node.at("at").span))
    expected = node.at("expect")
    return UnitTest(
        name=model.name,
        view=model.view,
        given=tuple(given),
        expect=_rows(expected),
        file=file,
        at=model.at,
        description=model.description,
        vars=model.vars,
        span=node.at("name").span,
        spans={str(key): child.span for key, child in node.children.items()} | {"expect": expected.place},
        row_spans=tuple(expected.at(n).place for n in range(len(model.expect))),
    )


def _relation(written: str) -> str:
    """``shop.orders`` for ``source('shop', 'orders')``, ``spend`` for ``ref('spend')``; anything else as it is."""
    call, bracket, inside = written.strip().partition("(")
    if bracket and call.strip() in ("ref", "source") and inside.endswith(")"):
        return ".".join(part.strip().strip("'\"") for part in inside[:-1].split(","))
    return written.strip()


def _rows(node: Node) -> tuple[GivenRow, ...]:
    rows = []
    for index in range(len(node.children)):
        row = node.at(index)
        rows.append({str(name): Cell(cell.value, cell.span, cell.place) for name, cell in row.children.items()})
    return tuple(rows)


def _check_instant(text: str, span: Span) -> list[Diagnostic]:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        fix = "write 2024-01-31T12:00:00Z"
        return [Diagnostic("FC104", f"`{text}` is no instant", span, "`at` is an as-of instant", fix)]
    return []
