"""On-demand views at a request: what must be read for them, and the same SQL as in training over what was read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import orjson

from featurec.codegen.on_demand import Bound, Program, Result, program
from featurec.compiler import AnalyzedProject
from featurec.diagnostic import Diagnostic
from featurec.engines.duckdb import Expressions, UnfitRows
from featurec.errors import FeaturecError
from featurec.online.encoding import decode, default_value
from featurec.online.input_values import bound_value, input_value
from featurec.online.read import EntityFeatures, OnlineValue, Status, in_words, to_add
from featurec.online_type import ValueType, value_type
from featurec.spec import FeatureRequest, Input


@dataclass(frozen=True, eq=False)
class Prepared:
    """Requests that ask for on-demand views, ready to be answered. Threads may share it.

    Attributes:
        program: what is read, what is evaluated, and the order of the answer.
        full_feature_names: whether features are called ``role__feature`` in the answer.
    """

    program: Program
    full_feature_names: bool = False

    @classmethod
    def of(
        cls, analyzed: AnalyzedProject, requests: Sequence[FeatureRequest], full_feature_names: bool = False
    ) -> tuple["Prepared | None", list[Diagnostic]]:
        """Prepare requests; None without findings where none of them is of an on-demand view.

        Findings: FC262 a feature that is not declared, FC264 two features have one name, FC265 two lookups of one role,
        FC501 and FC502 SQL that DuckDB does not have, FC702 a type that has no exact form in an answer.
        """
        found, findings = program(requests, analyzed, full_feature_names)
        return (None if found is None else cls(found, full_feature_names)), findings

    @property
    def requests(self) -> tuple[FeatureRequest, ...]:
        """What must be read from the store, with full feature names."""
        return self.program.requests

    @property
    def inputs(self) -> tuple[Input, ...]:
        """What each entity row must bring beside its keys; None stands for NULL."""
        return self.program.inputs

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """Names of the computed features in the answer, in the order asked for."""
        names = (f"{role}__{name}" for role, names in self.program.order for name in names or ())
        return tuple(self._shown(name) for name in names if name in self._places)

    def evaluate(
        self, entity_rows: Sequence[Mapping[str, object]], answers: Sequence[EntityFeatures]
    ) -> list[EntityFeatures]:
        """The answers in the order asked for, with what is computed; what was read for that alone is left out.

        Args:
            entity_rows: with the inputs; text is read as the input's type.
            answers: of ``get_online_features`` to ``requests`` with full feature names, one per entity row.

        Raises FeaturecError: FC941 an input is missing, FC942 one is not of its type, FC949 the SQL fails on a value.
        """
        if not entity_rows:
            return []
        rows = self._rows(entity_rows, answers)
        try:
            computed = self._computed(rows)
        except UnfitRows as refused:
            raise FeaturecError([self._unfit(rows, entity_rows, refused)]) from None
        order = self._order(answers[0])
        return [
            EntityFeatures(
                answer.entity,
                {
                    shown: answer.features[name] if place is None else _value(*self._results[place], values[place])
                    for shown, name, place in order
                },
            )
            for answer, values in zip(answers, computed, strict=True)
        ]

    @cached_property
    def _results(self) -> Sequence[tuple[Result, ValueType]]:
        return [(result, _type_of(result.type)) for result in self.program.results]

    @cached_property
    def _places(self) -> Mapping[str, int]:
        """Full name of a computed feature -> its place among the results."""
        return {result.name: place for place, result in enumerate(self.program.results)}

    def _order(self, answer: EntityFeatures) -> list[tuple[str, str, int | None]]:
        """What every answer has: name that is shown, full name, and place among the results where it is computed."""
        names: list[str] = []
        for role, asked in self.program.order:
            names += self._offered(role, answer) if asked is None else [f"{role}__{name}" for name in asked]
        return [(self._shown(name), name, self._places.get(name)) for name in dict.fromkeys(names)]

    @cached_property
    def _expressions(self) -> Expressions:
        return Expressions(self.program.prepare, self.program.assign, self.program.execute)

    def _shown(self, name: str) -> str:
        return name if self.full_feature_names else name.partition("__")[2]

    def _offered(self, role: str, answer: EntityFeatures) -> list[str]:
        return [name for name in answer.features if name.startswith(f"{role}__")]

    def _rows(
        self, entity_rows: Sequence[Mapping[str, object]], answers: Sequence[EntityFeatures]
    ) -> dict[str, list[object]]:
        """The columns that expressions are evaluated over."""
        findings: list[Diagnostic] = []
        columns: dict[str, list[object]] = {}
        for number, column in enumerate(self.program.columns, 1):
            kind = _type_of(column.type)
            if column.is_input:
                values = [_given(column, kind, row, findings) for row in entity_rows]
            else:
                values = [bound_value(kind, answer.features[column.name].value) for answer in answers]
            columns[f"c{number}"] = values
        if findings:
            raise FeaturecError(list(dict.fromkeys(findings)))
        return columns

    def _computed(self, rows: Mapping[str, Sequence[object]]) -> list[tuple[object, ...]]:
        """The results of each row, as DuckDB's driver gives them."""
        try:
            return self._expressions(rows)
        except UnfitRows:
            raise
        except FeaturecError as refused:
            raise FeaturecError([self._failed(finding) for finding in refused.diagnostics]) from None

    def _unfit(
        self, rows: Mapping[str, Sequence[object]], entity_rows: Sequence[Mapping[str, object]], refused: UnfitRows
    ) -> Diagnostic:
        """FC942 for the first value that DuckDB does not take for the type of its input; halving finds it."""

        def within(name: str, first: int, end: int) -> UnfitRows | None:
            try:
                self._expressions.take({**{other: [] for other in rows}, name: rows[name][first:end]})
            except UnfitRows as found:
                return found
            return None

        for column, name in zip(self.program.columns, rows, strict=True):
            first, end = 0, len(entity_rows)
            if column.is_input and within(name, first, end):
                while end - first > 1:
                    middle = (first + end) // 2
                    first, end = (first, middle) if within(name, first, middle) else (middle, end)
                told = (within(name, first, end) or refused).diagnostics[0].cause
                return _ill_typed(column, entity_rows[first][column.name], _without_title(told.partition("\n")[0]))
        return self._failed(refused.diagnostics[0])

    def _failed(self, finding: Diagnostic) -> Diagnostic:
        named = " and ".join(
            f"`{role}`" for role in dict.fromkeys(r.name.partition("__")[0] for r in self.program.results)
        )
        return Diagnostic(
            "FC949",
            f"{named} cannot be computed of this request",
            None,
            finding.cause,
            "send another value, or let the SQL return NULL for it: TRY_CAST, TRY(…) or CASE WHEN … THEN … END",
        )


def _type_of(name: str) -> ValueType:
    """A type as values of it are bound; one that has no form as JSON is bound as its text."""
    return value_type(name) or ValueType("text")


def _given(column: Bound, kind: ValueType, row: Mapping[str, object], findings: list[Diagnostic]) -> object:
    if column.name not in row:
        cause = f"it is an input of an on-demand view, a {column.type}; a value that is not known is sent as null"
        findings.append(
            Diagnostic("FC941", f"an entity row has no `{column.name}`", None, cause, to_add(column.name, row))
        )
        return None
    try:
        return input_value(kind, row[column.name])
    except ValueError as error:
        findings.append(_ill_typed(column, row[column.name], str(error)))
        return None


def _without_title(said: str) -> str:
    """What DuckDB says, without ``Conversion Error:``."""
    return said.partition(" Error: ")[2] or said


def _ill_typed(column: Bound, value: object, cause: str) -> Diagnostic:
    claim = f"`{column.name}` is {in_words(value)}, which is not a {column.type}"
    fix = f"give a {column.type}, the declared type of the input `{column.name}`"
    return Diagnostic("FC942", claim, None, cause, fix)


def _value(result: Result, kind: ValueType, value: object) -> OnlineValue:
    if value is None:
        return OnlineValue(default_value(kind, result.default), Status.NULL_VALUE, None)
    if result.encoded:
        value = decode(kind, orjson.loads(str(value)))
    return OnlineValue(value, Status.PRESENT, None)
