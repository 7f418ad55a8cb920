"""entities.yml, sources.yml and services.yml as values of the vocabulary."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from featurec.column_type import FLOATING, KNOWN_TYPES, canonical_type
from featurec.conform import CUT_AT_COMMA, QUOTE_TYPE, conform
from featurec.declared_tests import named_apart, read_freshness, read_tests, unique_test
from featurec.diagnostic import Diagnostic, Label, did_you_mean
from featurec.expectations import DataTest, Freshness
from featurec.findings import Findings
from featurec.models import EntitiesFile, NamedColumn, ServicesFile, SourceColumnModel, SourcesFile, TableModel
from featurec.naming import check_columns, check_name
from featurec.source_path import check_path
from featurec.spec import Column, Entity, FeatureRequest, Service, SourceTable
from featurec.timezone import check_timezone
from featurec.yaml_reader import Node


def read_entities(root: Node) -> tuple[dict[str, Entity], list[Diagnostic]]:
    """Entities by name. FC1xx for names and key types that cannot be used."""
    findings = Findings()
    model, root, found = conform(root, EntitiesFile)
    findings.add(found)
    entities: dict[str, Entity] = {}
    if model is None:
        return entities, findings.items
    places: dict[str, Node] = {}
    for name, entity, node in _named(model.entities, root.at("entities")):
        findings.add(check_name(name, "entity", _name_place(node).span))
        if name in entities:
            findings.add([_twice("entity", name, node, places[name])])
            continue
        places[name] = node
        keys = read_columns(entity.join_keys, node.at("join_keys"), findings)
        if not keys:
            claim = f"entity `{name}` has no join key"
            findings.add(
                [
                    Diagnostic(
                        "FC102",
                        claim,
                        node.at("join_keys").place,
                        "",
                        "list its key: `- {name: user_id, type: bigint}`",
                    )
                ]
            )
        for key in keys:
            if key.type in FLOATING:
                findings.add([_floating_key(key)])
        entities[name] = Entity(
            name, keys, entity.description, entity.owner, tuple(entity.tags), _name_place(node).span
        )
    return entities, findings.items


def read_sources(
    root: Node, timezone: str, project_root: Path, folders: Sequence[str]
) -> tuple[dict[str, SourceTable], list[Diagnostic]]:
    """Source tables by their key.

    Args:
        timezone: the project's, for sources that do not say.
        folders: further folders in which files may lie (``data_folders`` of the targets).
    """
    findings = Findings()
    model, root, found = conform(root, SourcesFile)
    findings.add(found)
    tables: dict[str, SourceTable] = {}
    if model is None:
        return tables, findings.items
    places: dict[str, Node] = {}
    for source_name, source, source_node in _named(model.sources, root.at("sources")):
        findings.add(_check_part(source_name, "source", source_node))
        zone = source.timezone or timezone
        if source.timezone:
            findings.add(check_timezone(source.timezone, source_node.at("timezone").span))
        for name, table, node in _named(source.tables, source_node.at("tables")):
            findings.add(_check_part(name, "source table", node))
            if table.timezone:
                findings.add(check_timezone(table.timezone, node.at("timezone").span))
            columns = read_columns(table.columns, node.at("columns"), findings)
            findings.add(_time_findings(f"{source_name}.{name}", table, node))
            if table.path is not None:
                findings.add(check_path(table.path, node.at("path").span, project_root, folders))
            built = SourceTable(
                source=source_name,
                name=name,
                columns=columns,
                table=table.table or name,
                schema=table.schema_ or source.schema_,
                path=table.path,
                timestamp=_column(table.timestamp, columns, node.at("timestamp"), findings),
                available_at=_column(table.available_at, columns, node.at("available_at"), findings),
                static=table.static,
                mutable=_flag(table.mutable, columns, node.at("mutable"), findings),
                valid_to=_column(table.valid_to, columns, node.at("valid_to"), findings),
                unique=_columns(table.unique, columns, node.at("unique"), findings),
                labels=_flag(table.labels, columns, node.at("labels"), findings),
                timezone=table.timezone or zone,
                tests=_tests(table, node, findings),
                freshness=_freshness(table, node, findings),
                description=table.description,
                owner=table.owner or source.owner,
                tags=tuple(dict.fromkeys([*source.tags, *table.tags])),
                meta=table.meta,
                span=_name_place(node).span,
            )
            if built.key in tables:
                findings.add([_twice("source table", f"{source_name}.{name}", node, places[built.key])])
                continue
            places[built.key] = node
            tables[built.key] = built
    return tables, findings.items


def read_services(root: Node) -> tuple[dict[str, Service], list[Diagnostic]]:
    """Services by name. That their views and features exist is for analysis to say."""
    findings = Findings()
    model, root, found = conform(root, ServicesFile)
    findings.add(found)
    services: dict[str, Service] = {}
    if model is None:
        return services, findings.items
    places: dict[str, Node] = {}
    for name, service, node in _named(model.services, root.at("services")):
        findings.add(check_name(name, "service", _name_place(node).span))
        if name in services:
            findings.add([_twice("service", name, node, places[name])])
            continue
        places[name] = node
        requests = []
        for index, entry in enumerate(service.features):
            place = node.at("features", index)
            if isinstance(entry, str):
                view, colon, feature = entry.partition(":")
                if not view or (colon and not feature):
                    claim = f"`{entry}` names no feature"
                    findings.add(
                        [
                            Diagnostic(
                                "FC104",
                                claim,
                                place.span,
                                "",
                                "write `view:feature`, or `view` for all of its features",
                            )
                        ]
                    )
                    continue
                requests.append(FeatureRequest(view.strip(), (feature.strip(),) if colon else None, span=place.span))
                continue
            if entry.as_ is not None:
                findings.add(check_name(entry.as_, "role", place.at("as").span))
            features = tuple(entry.features) if entry.features is not None else None
            span = place.at("view").span
            requests.append(FeatureRequest(entry.view, features, entry.as_ or "", entry.join_keys, span))
        services[name] = Service(
            name, tuple(requests), service.description, service.owner, tuple(service.tags), _name_place(node).span
        )
    return services, findings.items


def read_columns(columns: Any, node: Node, findings: Findings) -> tuple[Column, ...]:
    """Columns from a list or mapping, types in their one spelling. A column of unknown type is kept without one."""
    read = []
    entries: list[tuple[str, str, Node, Node]] = []
    if isinstance(columns, Mapping):
        for name, column in columns.items():
            place = node.at(name)
            short = isinstance(column, str)
            entries.append((name, column if short else column.type, place, place if short else place.at("type")))
    else:
        for index, column in enumerate(columns):
            assert isinstance(column, NamedColumn)
            place = node.at(index)
            entries.append((column.name, column.type, place, place.at("type")))
    for name, text, place, type_node in entries:
        read.append(Column(name, read_type(text, type_node, findings), _name_place(place).span))
    findings.add(check_columns((column.name, column.span) for column in read))
    return tuple(read)


def read_type(text: str, node: Node, findings: Findings) -> str | None:
    """A declared type in its one spelling; None with FC107 where there is no such type."""
    known = canonical_type(text)
    if known is None:
        cause, fix = "types are spelled as in DuckDB", did_you_mean(text.lower(), KNOWN_TYPES)
        if text.count("(") > text.count(")"):
            cause, fix = CUT_AT_COMMA, QUOTE_TYPE
        findings.add([Diagnostic("FC107", f"`{text}` is no column type", node.span, cause, fix)])
    return known


def _named(entries: Any, node: Node) -> Iterator[tuple[str, Any, Node]]:
    """Name, model and node of each entry of a list (entries have ``name``) or mapping."""
    if isinstance(entries, Mapping):
        for name, entry in entries.items():
            yield name, entry, node.at(name)
    else:
        for index, entry in enumerate(entries):
            yield entry.name, entry, node.at(index)


def _name_place(node: Node) -> Node:
    """The node whose span is the entry's name: ``name:`` in a list, else the key."""
    named = node.children.get("name")
    if node.key is None and named is not None:
        return named
    return Node(node.value, node.place)


def _twice(kind: str, name: str, node: Node, first: Node) -> Diagnostic:
    claim = f"two of kind {kind} are called `{name}`"
    label = Label(_name_place(first).span, "first written here")
    return Diagnostic("FC112", claim, _name_place(node).span, "", "rename or remove one of them", (label,))


def _floating_key(key: Column) -> Diagnostic:
    cause = f"equal-looking values of type {key.type} may differ in the last bit, so that lookups would miss"
    return Diagnostic(
        "FC108", f"join key `{key.name}` is a {key.type}", key.span, cause, "use bigint, decimal(…) or varchar"
    )


def _check_part(name: str, kind: str, node: Node) -> list[Diagnostic]:
    """A source or table may be called as in the warehouse, but for what would not survive in a relation key."""
    place = _name_place(node).span
    if not name.strip() or "." in name or not name.isprintable() or len(name) > 255:
        cause = "it must be visible text without a dot"
        fix = "give it a plain name, and the physical one with `table:`"
        return [Diagnostic("FC105", f"`{name}` cannot be the name of a {kind}", place, cause, fix)]
    return []


def _time_findings(title: str, table: TableModel, node: Node) -> list[Diagnostic]:
    """What the table's keys about time and place leave open or contradict."""
    found = []
    said = {"timestamp", "static", "mutable"} & node.dropped
    if table.timestamp is None and not table.static and not table.mutable and not said:
        cause = "when a row became known is never guessed; without it nothing can be proved about leakage"
        fix = (
            "add `timestamp: column` (and `available_at: column` if rows become known later), `static: true` for rows that "
            "always held, or `mutable: true` for a table of current state"
        )
        found.append(
            Diagnostic("FC109", f"source table `{title}` says nothing about time", _name_place(node).span, cause, fix)
        )

    def clash(key: str, other: str, cause: str) -> None:
        found.append(
            Diagnostic(
                "FC110", f"`{key}` contradicts `{other}`", node.at(key).place, cause, f"remove `{key}` or `{other}`"
            )
        )

    if table.static and table.timestamp is not None:
        clash("static", "timestamp", "rows of a static table hold at all times; these have a time")
    if table.static and table.mutable is True:
        clash("mutable", "static", "a static table is never rewritten")
    found += [
        Diagnostic(
            "FC110",
            f"`{key}` needs `timestamp`",
            node.at(key).place,
            "the event time is missing",
            "add `timestamp: column`",
        )
        for key in ("available_at", "valid_to")
        if getattr(table, key) is not None and table.timestamp is None
    ]
    if table.path is not None:
        for key, value in (("table", table.table), ("schema", table.schema_)):
            if value is not None:
                clash(key, "path", "rows come either from a file or from a table of the warehouse")
    return found


def _tests(table: TableModel, node: Node, findings: Findings) -> tuple[DataTest, ...]:
    """Tests below columns, then those of the table, then that its ``unique`` columns are so."""
    found: list[DataTest] = []
    of_columns = table.columns.items() if isinstance(table.columns, Mapping) else ((c.name, c) for c in table.columns)
    for index, (name, column) in enumerate(of_columns):
        if isinstance(column, SourceColumnModel):
            place = node.at("columns", name if isinstance(table.columns, Mapping) else index, "tests")
            found += read_tests(column.tests, place, findings, name)
    found += read_tests(table.tests, node.at("tests"), findings)
    if table.unique and "unique" not in node.dropped:
        found.append(unique_test(table.unique, node.at("unique").place))
    return named_apart(found, findings)


def _freshness(table: TableModel, node: Node, findings: Findings) -> Freshness | None:
    if table.freshness is not None and table.timestamp is None and "timestamp" not in node.dropped:
        cause = "without a time its rows have no age"
        fix = "add `timestamp: column`, or remove `freshness`"
        findings.add([Diagnostic("FC110", "`freshness` needs `timestamp`", node.at("freshness").place, cause, fix)])
    return read_freshness(table.freshness, node.at("freshness"), findings)


def _column(name: str | None, columns: Sequence[Column], node: Node, findings: Findings) -> str | None:
    """The declared column of that name, whatever its case; FC111 where there is none."""
    if name is None:
        return None
    names = {c.name: c.name for c in columns}
    found = names.get(name) or {n.lower(): n for n in names}.get(name.lower())
    if found is None and columns:
        key = node.key.text if node.key else "it"
        cause = f"`{key}` must name one of the table's columns"
        findings.add(
            [Diagnostic("FC111", f"the table has no column `{name}`", node.span, cause, did_you_mean(name, names))]
        )
    return found or name


def _columns(names: Sequence[str], columns: Sequence[Column], node: Node, findings: Findings) -> tuple[str, ...]:
    read = []
    for index, name in enumerate(names):
        entry = node.at(index)
        read.append(_column(name, columns, Node(entry.value, entry.span, key=node.key), findings) or name)
    return tuple(read)


def _flag(value: bool | list[str], columns: Sequence[Column], node: Node, findings: Findings) -> bool | tuple[str, ...]:
    return value if isinstance(value, bool) else _columns(value, columns, node, findings)
