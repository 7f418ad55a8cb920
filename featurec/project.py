"""A project's files as one value. The only reader of project files; no other stage opens them."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from featurec.diagnostic import Diagnostic, Label, in_order
from featurec.duration import read_duration
from featurec.expectations import UnitTest
from featurec.findings import Findings
from featurec.header import Defaults, check_dialect, read_spine, read_view
from featurec.source import SourceFile, Span
from featurec.spec import FeatureView, LintSettings, OpenLineage, Project, Spine, Target
from featurec.targets import resolve_target
from featurec.timezone import check_timezone
from featurec.yaml_reader import Node, read

__all__ = ["PROJECT_FILE", "find_root", "load", "resolve_target"]

PROJECT_FILE = "featurec.yml"
MAX_BYTES = {".sql": 1_000_000, ".yml": 16_000_000}


def find_root(start: Path) -> Path | None:
    """The nearest folder at or above ``start`` that holds featurec.yml, absolute; None if there is none."""
    start = start.resolve()
    return next((folder for folder in (start, *start.parents) if (folder / PROJECT_FILE).is_file()), None)


def load(
    root: Path, vars: Mapping[str, object] | None = None, overlay: Mapping[str, str] | None = None
) -> tuple[Project, list[Diagnostic]]:
    """Read every file of a project.

    Args:
        root: the folder with featurec.yml.
        vars: override the project's variables.
        overlay: project-relative path -> text that stands in for the file's, whether it exists or not.

    Returns:
        What the files declare, as far as it could be understood, and the findings of all of them in order.
    """
    return _Loader(root.resolve(), overlay or {}).project(vars or {})


class _Loader:
    def __init__(self, root: Path, overlay: Mapping[str, str]) -> None:
        self.root = root
        self.overlay = overlay
        self.files: dict[str, SourceFile] = {}
        self.findings = Findings()

    def project(self, vars: Mapping[str, object]) -> tuple[Project, list[Diagnostic]]:
        from featurec.conform import conform
        from featurec.declarations import read_entities, read_services, read_sources
        from featurec.models import ProjectFile
        from featurec.naming import check_name

        settings: ProjectFile | None = None
        node = self._document(PROJECT_FILE, required=True)
        if node is not None:
            settings, node, found = conform(node, ProjectFile)
            self.findings.add(found)
        targets: dict[str, Target] = {}
        if settings is None or node is None:
            settings = ProjectFile(name="unnamed")
        else:
            self.findings.add(check_name(settings.name, "project", node.at("name").span))
            settings = self._mended(settings, node)
            targets = self._targets(node, settings.default_target)
        folders = [str(f) for t in targets.values() for f in _listed(t.offline.get("data_folders"))]
        entities = self._read("entities.yml", read_entities, {})
        sources = self._read("sources.yml", lambda n: read_sources(n, settings.timezone, self.root, folders), {})
        services = self._read("services.yml", read_services, {})
        unit_tests = self._unit_tests()
        defaults = Defaults(settings.dialect)
        views: dict[str, FeatureView] = {}
        spines: dict[str, Spine] = {}
        for file in self._folder("features", ".sql"):
            view, found = read_view(file, defaults)
            self.findings.add(found)
            if view is not None and self._is_new(view, views):
                views[view.name] = view
        for file in self._folder("spines", ".sql"):
            spine, found = read_spine(file, defaults)
            self.findings.add(found)
            if spine is not None and self._is_new(spine, {**views, **spines}):
                spines[spine.name] = spine
        macros = tuple(self._folder("macros", ".sql"))
        self._misnamed()
        default = settings.default_target or (next(iter(targets)) if len(targets) == 1 else None)
        project = Project(
            root=str(self.root),
            name=settings.name,
            timezone=settings.timezone,
            dialect=settings.dialect,
            default_target=default,
            targets=targets,
            vars={**settings.vars, **vars},
            lint=_lint(settings.lint, node),
            openlineage=_openlineage(settings.openlineage, node),
            entities=entities,
            sources=sources,
            views=views,
            spines=spines,
            services=services,
            macros=macros,
            unit_tests=unit_tests,
            files=dict(sorted(self.files.items())),
        )
        return project, in_order(self.findings.items)

    def _targets(self, node: Node, default: str | None) -> dict[str, Target]:
        from featurec.diagnostic import did_you_mean
        from featurec.naming import check_name

        targets = {}
        for name, child in node.at("targets").children.items() if "targets" in node.children else ():
            self.findings.add(check_name(str(name), "target", child.key))
            offline = {str(k): _setting(c.value) for k, c in child.at("offline").children.items()}
            if "keep_versions" in offline:
                offline["keep_versions"] = read_duration(
                    offline["keep_versions"], child.at("offline", "keep_versions"), self.findings
                )
            online = None
            if isinstance(child.at("online").value, dict) and "online" in child.children:
                online = {str(k): _setting(c.value) for k, c in child.at("online").children.items()}
                if "max_future" in online:
                    online["max_future"] = read_duration(
                        online["max_future"], child.at("online", "max_future"), self.findings
                    )
            targets[str(name)] = Target(str(name), offline, online, child.key)
        dropped = node.dropped | node.at("targets").dropped
        if default is not None and default not in targets and not dropped & {"targets", default}:
            claim = f"there is no target `{default}`"
            cause = "`default_target` must name one of `targets`"
            self.findings.add(
                [Diagnostic("FC104", claim, node.at("default_target").span, cause, did_you_mean(default, targets))]
            )
        return targets

    def _mended(self, settings: Any, node: Node) -> Any:
        """The settings with the default in the place of a time zone or dialect that there is none of."""
        wrong_zone = check_timezone(settings.timezone, node.at("timezone").span)
        wrong_dialect = check_dialect(settings.dialect, node.at("dialect").span)
        self.findings.add([*wrong_zone, *wrong_dialect])
        defaults = {"timezone": "UTC"} if wrong_zone else {}
        return settings.model_copy(update=defaults | ({"dialect": "duckdb"} if wrong_dialect else {}))

    def _read(self, path: str, reader: Any, empty: Any) -> Any:
        node = self._document(path)
        if node is None:
            return empty
        value, found = reader(node)
        self.findings.add(found)
        return value

    def _unit_tests(self) -> tuple[UnitTest, ...]:
        from featurec.unit_tests import named_twice, read_unit_tests

        tests: list[UnitTest] = []
        for file in self._folder("tests", ".yml"):
            node = self._yaml(file)
            if node is not None:
                read, found = read_unit_tests(file, node)
                self.findings.add(found)
                tests += read
        self.findings.add(named_twice(tests))
        return tuple(tests)

    def _is_new(self, view: FeatureView | Spine, others: Mapping[str, FeatureView | Spine]) -> bool:
        other = others.get(view.name)
        if other is None:
            return True
        claim = f"two files are called `{view.name}`"
        labels = (Label(other.span, "the other one"),) if other.span else ()
        fix = "rename one of the files, or give one of them another `name:`"
        self.findings.add(
            [Diagnostic("FC112", claim, view.span, "views and spines are referred to by name", fix, labels)]
        )
        return False

    def _misnamed(self) -> None:
        """FC120 for files that look like a project's but are not read."""
        wanted = {"entity": "entities", "source": "sources", "service": "services", "project": "featurec"}
        try:
            names = sorted(os.listdir(self.root))
        except OSError:
            return
        for name in names:
            stem, _, suffix = name.rpartition(".")
            good = wanted.get(stem, stem) + ".yml"
            if (
                suffix in ("yml", "yaml")
                and name != good
                and wanted.get(stem, stem) in wanted.values()
                and good not in self.files
            ):
                self._unread(name, "project files have fixed names", f"rename it to `{good}`")

    def _unread(self, path: str, cause: str, fix: str) -> None:
        """FC120 for a file or folder that is passed over."""
        place = SourceFile(path, "").span(0, 0)
        self.findings.add([Diagnostic("FC120", f"`{path}` is not read", place, cause, fix)])

    def _document(self, path: str, required: bool = False) -> Node | None:
        """The YAML of a file that may be missing; None where there is none or it is no mapping."""
        file = self._file(path, required)
        return self._yaml(file) if file is not None else None

    def _yaml(self, file: SourceFile) -> Node | None:
        node, found = read(file)
        self.findings.add(found)
        if node is None or node.value is None:
            return None
        if not isinstance(node.value, dict):
            cause = "the file is a mapping of keys and values"
            self.findings.add(
                [Diagnostic("FC103", f"`{file.path}` is no mapping", node.place, cause, "write `key: value` lines")]
            )
            return None
        return node

    def _folder(self, folder: str, suffix: str) -> Iterator[SourceFile]:
        """The files below a folder in order of their paths; what begins with a dot is passed over."""
        paths = {path for path in self.overlay if path.startswith(folder + "/") and path.endswith(suffix)}
        for where, folders, found in os.walk(self.root / folder):
            folders[:] = [name for name in folders if not name.startswith(".")]
            names = [name for name in found if not name.startswith(".")]
            relative = Path(where).relative_to(self.root).as_posix()
            paths.update(f"{relative}/{name}" for name in names if name.endswith(suffix))
            for name in sorted(names):
                stem, dot, written = name.rpartition(".")
                if dot and not name.endswith(suffix) and f".{written.lower()}".replace(".yaml", ".yml") == suffix:
                    cause = f"files below `{folder}` end in `{suffix}`"
                    self._unread(f"{relative}/{name}", cause, f"rename it to `{stem}{suffix}`")
            for name in sorted(folders):
                if os.path.islink(os.path.join(where, name)):
                    self._unread(f"{relative}/{name}", "it is a link to a folder", "put the folder itself there")
        for path in sorted(paths):
            file = self._file(path)
            if file is not None:
                yield file

    def _file(self, path: str, required: bool = False) -> SourceFile | None:
        if path in self.overlay:
            self.files[path] = SourceFile.decode(path, self.overlay[path].encode("utf-8", "replace"))
            return self.files[path]
        absolute = self.root / path
        problem: str | None = None
        try:
            status = absolute.stat()
            if not stat.S_ISREG(status.st_mode):
                problem = "it is no regular file"
            elif status.st_size > MAX_BYTES[absolute.suffix]:
                problem = f"it has {status.st_size:,} bytes; the limit is {MAX_BYTES[absolute.suffix]:,}"
            elif not os.path.realpath(absolute).startswith(str(self.root) + os.sep):
                problem = "it is a link that leads out of the project"
            else:
                data = absolute.read_bytes()
        except FileNotFoundError:
            if not required:
                return None
            problem = "it does not exist"
        except OSError as error:
            problem = str(error.strerror)
        if problem is None:
            return self._decoded(path, data)
        self.files[path] = SourceFile(path, "")
        self.findings.add(
            [Diagnostic("FC118", f"`{path}` cannot be read", self.files[path].span(0, 0), problem, "replace the file")]
        )
        return None

    def _decoded(self, path: str, data: bytes) -> SourceFile | None:
        try:
            file = SourceFile.decode(path, data)
        except UnicodeDecodeError as error:
            file = SourceFile(path, data[: error.start].decode("utf-8-sig", "replace"))
            end = len(file.text)
            cause = f"byte {data[error.start]:#04x} is no UTF-8"
            self.findings.add(
                [Diagnostic("FC118", f"`{path}` cannot be read", file.span(end, end), cause, "save it as UTF-8")]
            )
            self.files[path] = file
            return None
        self.files[path] = file
        return file


def _lint(model: Any, node: Node | None) -> LintSettings:
    spans: dict[str, Span] = {}
    for key, child in node.at("lint").children.items() if node and "lint" in node.children else ():
        spans[str(key)] = child.place
        for step, entry in child.children.items():
            spans[f"{key}.{step}"] = entry.place
            spans |= {f"{key}.{step}.{inner}": last.place for inner, last in entry.children.items()}
    return LintSettings(
        rules=None if model.rules is None else tuple(model.rules),
        exclude_rules=tuple(model.exclude_rules),
        severity=model.severity,
        per_file_ignores={pattern: tuple(rules) for pattern, rules in model.per_file_ignores.items()},
        strict=model.strict,
        spans=spans,
    )


def _openlineage(model: Any, node: Node | None) -> OpenLineage | None:
    span = node.at("openlineage").place if node else None
    return None if model is None else OpenLineage(model.url, model.namespace, span)


def _setting(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _listed(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()
