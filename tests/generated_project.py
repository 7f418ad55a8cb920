"""A generated project, compiled, with its tables in a warehouse, and how its answers are compared."""

import math
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from featurec.compiler import (
    BuiltTable,
    Compilation,
    CompiledQuery,
    Physical,
    SpineTable,
    TrainingRequest,
    build_query,
    compile_project,
    training_query,
)
from featurec.diagnostic import Diagnostic
from featurec.dialects.dialect import Dialect, get
from featurec.spec import Column, FeatureRequest
from tests.generate import Generated, facts
from tests.warehouse import Row, Warehouse, quoted

SCHEMA = "features"


def sql_of(compiled: tuple[CompiledQuery | None, list[Diagnostic]]) -> str:
    query, findings = compiled
    assert query is not None, findings
    return query.sql


def comparable(value: Any) -> Any:
    """Values that are equal where the engines call them so: NaN is itself, zero has no sign, an instant has one zone."""
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else value + 0.0
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    if isinstance(value, list):
        return [comparable(one) for one in value]
    return value


def rows(given: Sequence[Row]) -> list[dict[str, Any]]:
    return [{name: comparable(value) for name, value in row.items()} for row in given]


class Project:
    """A generated project, compiled, with its tables in a warehouse."""

    def __init__(self, generated: Generated, warehouse: Warehouse) -> None:
        self.generated = generated
        self.warehouse = warehouse
        self.dialect: Dialect = get(warehouse.name)
        with tempfile.TemporaryDirectory() as folder:
            generated.write(Path(folder))
            self.compilation: Compilation = compile_project(Path(folder))
        assert self.compilation.diagnostics == ()
        for name, table in generated.tables.items():
            warehouse.create("raw", name, table.types, table.rows)
        warehouse.create("raw", "spine", generated.spine.types, generated.spine.rows)

    def build(self) -> None:
        self.warehouse.execute(f"CREATE SCHEMA {quoted(SCHEMA)}")
        for name in self.generated.views:
            self.warehouse.execute(f"CREATE TABLE {quoted(SCHEMA, name)} AS {self.build_sql(name)}")

    def build_sql(self, view: str) -> str:
        return sql_of(build_query(self.compilation.analyzed, view, self.dialect, Physical()))

    def physicals(self) -> Iterator[tuple[str, Physical]]:
        """Nothing built; built and nothing known of the tables; built with what is true of them."""
        yield "computed", Physical()
        doubtful = {name: BuiltTable(name, unique=False, ordered=False) for name in self.generated.views}
        yield "built", Physical(SCHEMA, doubtful)
        known = {name: BuiltTable(name, *facts(view)) for name, view in self.generated.views.items()}
        if known != doubtful:
            yield "built and known", Physical(SCHEMA, known)

    @property
    def request(self) -> TrainingRequest:
        """All features of all roles."""
        generated = self.generated
        columns = tuple(Column(name, kind) for name, kind in generated.spine.types.items())
        spine = SpineTable(("raw", "spine"), columns, "t", generated.timezone)
        requests = tuple(
            FeatureRequest(generated.viewed[role], lookup.features, role, lookup.join_keys)
            for role, lookup in generated.lookups.items()
        )
        return TrainingRequest(spine, requests, generated.strict, full_feature_names=True, with_timestamps=True)

    def training(self, physical: Physical, **overriding: Any) -> list[dict[str, Any]]:
        """The training set, with other fields of the request where they are given."""
        return self.warehouse.query(sql_of(self.training_query(physical, **overriding)))

    def training_query(self, physical: Physical, **overriding: Any) -> tuple[CompiledQuery | None, list[Diagnostic]]:
        request = replace(self.request, **overriding)
        return training_query(self.compilation.analyzed, request, self.dialect, physical)
