"""Definition files of a Feast repository: their syntax trees, and what the names in them stand for. Nothing is run."""

import ast
import os
import posixpath
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from featurec.diagnostic import Diagnostic, Severity
from featurec.feast.values import Made, Named, Projected, Unknown, Value, place
from featurec.source import SourceFile

KINDS = (
    "Entity", "FileSource", "PushSource", "FeatureView", "BatchFeatureView", "StreamFeatureView", "FeatureService",
    "OnDemandFeatureView", "on_demand_feature_view", "stream_feature_view", "batch_feature_view", "LabelView", "Project",
)  # fmt: skip
"""What a repository declares by calling it."""

_DURATIONS = ("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks")
_MAX_BYTES = 1_000_000
_OTHERS = ("venv", "node_modules", "site-packages", "__pycache__")


class Repository:
    """The definition files of a folder.

    Attributes:
        made: everything that the files declare, by file and place.
        findings: files that are no Python, and declarations that only running them would make (FC963).
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.findings: list[Diagnostic] = []
        self.made: list[Made] = []
        self._files: dict[str, tuple[SourceFile, ast.Module]] = {}
        self._names: dict[str, dict[str, Value]] = {}
        for path in _paths(self.root):
            self._parse(path)
        for path in self._files:
            self.names(path)
        for path, (file, tree) in self._files.items():
            self._unreached(path, file, tree)
        self.made.sort(key=lambda one: (one.span.path, one.span.start))

    def names(self, path: str) -> Mapping[str, Value]:
        """What the names of a file stand for, after all of it."""
        if path not in self._names:
            self._names[path] = {}
            _Module(self, path, *self._files[path], self._names[path]).run()
        return self._names[path]

    def module(self, dotted: str, level: int, here: str) -> str | None:
        """The file that an import names; None where it is none of the repository."""
        parts = dotted.split(".") if dotted else []
        bases = [posixpath.dirname(here)]
        for _ in range(level - 1):
            bases = [posixpath.dirname(bases[0])]
        if not level:
            bases += ["", self.root.name]
        for base in bases:
            inside = parts[1:] if not level and parts[:1] == [self.root.name] else parts
            for tried in (inside, parts):
                stem = posixpath.normpath(posixpath.join(base, *tried)) if tried else base
                for path in (f"{stem}.py", posixpath.join(stem, "__init__.py")):
                    if path in self._files:
                        return path
        return None

    def _parse(self, path: str) -> None:
        try:
            data = (self.root / path).read_bytes()
            file = SourceFile.decode(path, data)
            tree = ast.parse(file.text)
        except (OSError, ValueError, SyntaxError, RecursionError, MemoryError) as error:
            empty = SourceFile(path, "")
            self.findings.append(
                Diagnostic("FC963", f"`{path}` is not converted", empty.span(0, 0), f"it cannot be read: {error}",
                           "mend the file", severity=Severity.WARNING)
            )  # fmt: skip
            return
        self._files[path] = (file, tree)

    def _unreached(self, path: str, file: SourceFile, tree: ast.Module) -> None:
        """FC963 for declarations inside functions, loops and conditions."""
        reached = {(one.span.path, one.span.start) for one in self.made}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                where = place(file, node)
                if name in KINDS and (path, where.start) not in reached:
                    cause = "it is made inside a function, a loop or a condition, and nothing of the file is run"
                    self.findings.append(
                        Diagnostic("FC963", f"a {name} is not converted", where, cause, "write it at the top level",
                                   severity=Severity.WARNING)
                    )  # fmt: skip


def _paths(root: Path) -> Iterator[str]:
    for where, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in _OTHERS)
        for name in sorted(names):
            path = Path(where) / name
            if name.endswith(".py") and path.stat().st_size <= _MAX_BYTES:
                yield path.relative_to(root).as_posix()


class _Module:
    """One file, statement by statement. What it cannot tell becomes Unknown."""

    def __init__(
        self, repository: Repository, path: str, file: SourceFile, tree: ast.Module, names: dict[str, Value]
    ) -> None:
        self._repository = repository
        self._path = path
        self._file = file
        self._tree = tree
        self._names = names
        self._everything_of: str | None = None
        """A module of elsewhere from which names come that no import lists."""
        names |= {"__file__": str(repository.root / path), "str": Named("builtins.str")}

    def run(self) -> None:
        for statement in self._tree.body:
            match statement:
                case ast.Import():
                    for alias in statement.names:
                        name = alias.asname or alias.name.partition(".")[0]
                        self._names[name] = Named(alias.name if alias.asname else name)
                case ast.ImportFrom():
                    self._import_from(statement)
                case ast.Assign():
                    value = self.value(statement.value)
                    for target in statement.targets:
                        self._assign(target, value)
                case ast.AnnAssign(value=ast.expr() as value):
                    self._assign(statement.target, self.value(value))
                case ast.Expr():
                    self.value(statement.value)
                case ast.FunctionDef() | ast.ClassDef():
                    self._define(statement)

    def _import_from(self, statement: ast.ImportFrom) -> None:
        module = statement.module or ""
        file = self._repository.module(module, statement.level, self._path)
        known = self._repository.names(file) if file else {}
        for alias in statement.names:
            inner = None
            if file is None or alias.name not in known:
                inner = self._repository.module(f"{module}.{alias.name}".strip("."), statement.level, self._path)
            name = alias.asname or alias.name
            if alias.name == "*" and file is None:
                self._everything_of = module
            elif alias.name == "*":
                self._names |= {n: v for n, v in known.items() if not n.startswith("_")}
            elif alias.name in known:
                self._names[name] = known[alias.name]
            elif inner is not None:
                self._names[name] = {**self._repository.names(inner)}
            else:
                self._names[name] = Named(f"{module}.{alias.name}")

    def _assign(self, target: ast.expr, value: Value) -> None:
        if isinstance(target, ast.Name):
            self._names[target.id] = value

    def _define(self, statement: ast.FunctionDef | ast.ClassDef) -> None:
        found: Value = Unknown(place(self._file, statement), "is a function")
        for decorator in statement.decorator_list:
            made = self.value(decorator, decorated=statement.name)
            if isinstance(made, Made) and made.kind in KINDS:
                found = made
        self._names[statement.name] = found

    def value(self, node: ast.expr, decorated: str = "") -> Value:
        """What an expression stands for."""
        match node:
            case ast.Constant(value=str() | int() | float() | bool() | None as constant):
                return constant
            case ast.List() | ast.Tuple() | ast.Set():
                return [self.value(item) for item in node.elts]
            case ast.Dict():
                keys = [self.value(key) if key else None for key in node.keys]
                if all(isinstance(key, str) for key in keys):
                    return {str(key): self.value(item) for key, item in zip(keys, node.values, strict=True)}
            case ast.Name():
                other = Named(f"{self._everything_of}.{node.id}") if self._everything_of else None
                return self._names.get(node.id, other or self._unknown(node, f"reads `{node.id}`"))
            case ast.Attribute():
                return self._attribute(node)
            case ast.UnaryOp(op=ast.USub()):
                inner = self.value(node.operand)
                if isinstance(inner, int | float | timedelta):
                    return -inner
            case ast.BinOp():
                return self._operation(node)
            case ast.JoinedStr():
                return self._text(node)
            case ast.Subscript():
                return self._subscript(node)
            case ast.Call():
                return self._call(node, decorated)
        return self._unknown(node, "is no literal")

    def _unknown(self, node: ast.expr | ast.stmt, why: str) -> Unknown:
        return Unknown(place(self._file, node), why)

    def _attribute(self, node: ast.Attribute) -> Value:
        base = self.value(node.value)
        match base:
            case Named():
                return Named(f"{base.path}.{node.attr}")
            case dict() if node.attr in base:
                return base[node.attr]
            case str() if node.attr == "parent":
                return posixpath.dirname(base)
            case Made() if node.attr in base.named:
                return base.named[node.attr]
        return self._unknown(node, f"reads the attribute `{node.attr}`")

    def _operation(self, node: ast.BinOp) -> Value:
        match node.op, self.value(node.left), self.value(node.right):
            case ast.Add(), str() as left, str() as right:
                return left + right
            case ast.Add(), list() as left, list() as right:
                return left + right
            case ast.Div(), str() as left, str() as right:
                return posixpath.join(left, right)
            case ast.Add(), timedelta() as left, timedelta() as right:
                return left + right
            case ast.Mult(), int() | float() as left, int() | float() as right:
                return left * right
            case ast.Mult(), timedelta() as left, int() | float() as right:
                return left * right
            case ast.Mult(), int() | float() as left, timedelta() as right:
                return left * right
        return self._unknown(node, "is computed")

    def _text(self, node: ast.JoinedStr) -> Value:
        parts = []
        for part in node.values:
            value = self.value(part.value) if isinstance(part, ast.FormattedValue) else self.value(part)
            if not isinstance(value, str | int) or (isinstance(part, ast.FormattedValue) and part.format_spec):
                return self._unknown(node, "is computed")
            parts.append(str(value))
        return "".join(parts)

    def _subscript(self, node: ast.Subscript) -> Value:
        base, index = self.value(node.value), self.value(node.slice)
        if isinstance(base, dict) and isinstance(index, str) and index in base:
            return base[index]
        if isinstance(base, Made | Projected) and isinstance(index, list):
            names = tuple(name for name in index if isinstance(name, str))
            if len(names) == len(index):
                old = base if isinstance(base, Projected) else Projected(base)
                return Projected(old.view, names, old.name, old.join_keys)
        return self._unknown(node, "is computed")

    def _call(self, node: ast.Call, decorated: str) -> Value:
        if isinstance(node.func, ast.Attribute) and (found := self._method(node, node.func)) is not None:
            return found
        called = self.value(node.func)
        if not isinstance(called, Named):
            return self._unknown(node, "calls what is not imported")
        positional = [self.value(argument) for argument in node.args]
        named = {word.arg: self.value(word.value) for word in node.keywords if word.arg}
        if (plain := self._function(called, positional, named)) is not None:
            return plain
        made = Made(called.last, tuple(positional), named, place(self._file, node), decorated)
        if made.kind in KINDS and called.path.startswith("feast"):
            self._repository.made.append(made)
        return made

    def _method(self, node: ast.Call, func: ast.Attribute) -> Value | None:
        """A view in a role; None for another call."""
        if func.attr not in ("with_name", "with_join_key_map", "with_projection"):
            return None
        base = self.value(func.value)
        argument = (
            self.value(node.args[0]) if node.args else self.value(node.keywords[0].value) if node.keywords else None
        )
        old = base if isinstance(base, Projected) else Projected(base)
        match func.attr, argument:
            case "with_name", str():
                return Projected(old.view, old.features, argument, old.join_keys)
            case "with_join_key_map", dict():
                renamed = {key: name for key, name in argument.items() if isinstance(name, str)}
                return Projected(old.view, old.features, old.name, renamed)
        return self._unknown(node, "is computed")

    def _function(self, called: Named, positional: list[Value], named: Mapping[str, Value]) -> Value | None:
        """Of a few functions whose result can be told; None for others."""
        texts = [value for value in positional if isinstance(value, str)]
        match called.last:
            case "timedelta":
                words = {**dict(zip(_DURATIONS, positional, strict=False)), **named}
                numbers = {word: n for word, n in words.items() if isinstance(n, int | float) and word in _DURATIONS}
                return timedelta(**numbers) if len(numbers) == len(words) else None
            case "Duration" if isinstance(named.get("seconds"), int | float):
                seconds = named["seconds"]
                return timedelta(seconds=seconds) if isinstance(seconds, int | float) else None
            case "join" if called.path.endswith("path.join") and len(texts) == len(positional):
                return posixpath.join(*texts)
            case "dirname" if texts:
                return posixpath.dirname(texts[0])
            case "abspath" | "realpath" | "Path" | "str" | "PurePath" if len(texts) == 1 == len(positional):
                return texts[0]
        return None
