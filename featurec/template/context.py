"""What templates of a project see: its functions, its macros and the target, in one environment that is made once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import CodeType

from jinja2 import Template, nodes
from jinja2.runtime import Macro

from featurec.diagnostic import Diagnostic, Label
from featurec.source import SourceFile
from featurec.spec import Project
from featurec.template.functions import functions
from featurec.template.problems import Templates, macro_names, macro_place, placed, refused_statements
from featurec.template.sandbox import Rendering, Sandbox, current
from featurec.template.traced import instrument


@dataclass(frozen=True, eq=False)
class Macros:
    """The macros of a project.

    Attributes:
        values: by name.
        templates: the compiled files by path, for the places of errors that happen inside of a macro.
        broken: names that a file defines which could not be read; using one is no further mistake.
    """

    values: Mapping[str, Macro]
    templates: Templates
    broken: frozenset[str]
    findings: tuple[Diagnostic, ...]


@dataclass(frozen=True, eq=False)
class TemplateContext:
    """What the templates of a project see.

    Attributes:
        target_name, target_type: what ``target.name`` and ``target.type`` say.
    """

    project: Project
    target_name: str = ""
    target_type: str = "duckdb"

    @cached_property
    def environment(self) -> Sandbox:
        """The environment, with functions and macros as globals."""
        environment = Sandbox()
        environment.globals |= functions(self.project)
        environment.globals["target"] = {"name": self.target_name, "type": self.target_type}
        return environment

    @cached_property
    def macros(self) -> Macros:
        """The project's macros, which become globals of the environment."""
        values: dict[str, Macro] = {}
        homes: dict[str, SourceFile] = {}
        templates: dict[str, tuple[SourceFile, int, Template]] = {}
        findings: list[Diagnostic] = []
        broken: set[str] = set()
        reserved = frozenset(self.environment.globals)
        for file in self.project.macros:
            template, found = compile_template(self.environment, file, file.text, 0, trace=False)
            findings += found
            if template is None:
                broken |= macro_names(file.text)
                continue
            templates[file.path] = (file, 0, template)
            for name, macro in self._exported(file, template, templates, findings).items():
                if name in reserved:
                    cause = "templates know it as a function of featurec"
                    findings.append(
                        Diagnostic(
                            "FC105",
                            f"`{name}` cannot be the name of a macro",
                            macro_place(file, name),
                            cause,
                            "rename it",
                        )
                    )
                elif name in values:
                    labels = (Label(macro_place(homes[name], name), "the other one"),)
                    claim = f"two macros are called `{name}`"
                    findings.append(
                        Diagnostic(
                            "FC112",
                            claim,
                            macro_place(file, name),
                            "macros have one name space",
                            "rename one of them",
                            labels,
                        )
                    )
                else:
                    values[name], homes[name] = macro, file
                    self.environment.globals[name] = macro
        return Macros(values, templates, frozenset(broken), tuple(findings))

    def _exported(
        self, file: SourceFile, template: Template, templates: Templates, findings: list[Diagnostic]
    ) -> dict[str, Macro]:
        token = current.set(Rendering(self.project.dialect))
        try:
            # Shared, so that a macro sees those of files that are read after its own.
            module = template.make_module(self.environment.globals, shared=True)
        except Exception as error:  # noqa: BLE001 -- whatever a macro file does wrong is a finding
            findings.append(placed(error, file, 0, self.environment, templates))
            return {}
        finally:
            current.reset(token)
        return {name: value for name, value in vars(module).items() if isinstance(value, Macro)}


def compile_template(
    environment: Sandbox, file: SourceFile, text: str, base: int, *, trace: bool
) -> tuple[Template | None, list[Diagnostic]]:
    """Compile ``text``, which stands in ``file`` from offset ``base`` on; None with FC150, FC152 or FC153."""
    try:
        tree: nodes.Template = environment.parse(text, file.path, file.path)
        refused = refused_statements(tree, environment, file, base)
        if refused:
            return None, refused
        code: CodeType = environment.compile(instrument(tree, environment.offsets, trace=trace), file.path, file.path)
        return Template.from_code(environment, code, environment.globals), []
    except Exception as error:  # noqa: BLE001 -- a template that cannot be compiled is the author's finding
        return None, [placed(error, file, base, environment, {})]
