"""Writes the reference pages from the code: run it after changing a command, a header key, a code or a dialect.

    python docs/generate.py          write docs/cli.md, header.md, files.md, dialects.md, rules/*.md
    python docs/generate.py --check  exit 1 and name the pages that are stale

`tests/test_docs.py` does the check.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from featurec.cli.group import SECTIONS, build, command_module, command_names
from featurec.dialects.dialect import get, names
from featurec.report.pages import pages
from featurec.schemas import KINDS, json_schema

DOCS = Path(__file__).resolve().parent
NOTE = "<!-- Written by docs/generate.py from the code; change it there. -->\n"

FAMILIES = {
    "FC1": "Project files, headers and templates",
    "FC2": "Names, graph, contract and types",
    "FC3": "Time and leakage",
    "FC4": "Windows and aggregates",
    "FC5": "Portability",
    "FC6": "Documentation and ownership",
    "FC7": "Online",
    "FC8": "Security",
    "FC9": "Running and the command line",
}


def reference() -> dict[str, str]:
    """Every generated page: path below docs/ -> text."""
    found = {
        "cli.md": cli(),
        "header.md": header(),
        "files.md": files(),
        "dialects.md": dialects(),
        "rules/index.md": rules(),
    }
    for page in pages():
        title = f"# {page.code} `{page.name}`\n\n{NOTE}\n"
        about = f"{page.summary}\n\nSeverity: {page.severity}. Since {page.since}.\n\n"
        found[f"rules/{page.code.lower()}.md"] = f"{title}{about}{page.body}\n"
    return found


def cli() -> str:
    """Every command with its arguments and options."""
    out = [f"# Command line\n\n{NOTE}", CLI_ABOUT]
    for section in SECTIONS:
        listed = [name for name in command_names() if section == command_module(name).SECTION]
        if listed:
            out.append(f"## {section}\n")
            out += [text for name in listed for text in _command(f"featurec {name}", build(name))]
    out.append("## Options of every command\n")
    shared = {p.name for p in build("explain").params} & {p.name for p in build("ls").params}
    out.append(_parameters([p for p in build("explain").params if p.name in shared]))
    return "\n".join(out)


CLI_ABOUT = """\
`featurec --help` and `featurec COMMAND --help` say the same. `--select a b` and `--select a --select b` are the same.

Results (of `show`, `ls`, `why`, `online get` …) go to standard output and findings to standard error; for commands whose
product is their log (`compile`, `lint`, `run`, `train` …) both go to standard output. With `--log-format json` every finding and
every step is one JSON object a line with a key `event`.

| Exit code | |
|---|---|
| 0 | done; warnings at most |
| 1 | findings, or a view that failed |
| 2 | wrong usage, or the command could not work at all: a database is gone, a lock is held |
| 130, 143 | interrupted, terminated |
"""


def _command(path: str, command: Any) -> Iterator[str]:
    subcommands = getattr(command, "commands", {})
    yield f"### `{path}`\n"
    yield f"{command.help}\n"
    own = [p for p in command.params if p.name not in OUTPUT_OPTIONS]
    if own and not subcommands:
        usage = " ".join([path, *(_usage(p) for p in own if p.param_type_name == "argument"), "[OPTIONS]"])
        yield f"```\n{usage}\n```\n"
        yield _parameters(own)
    for name, sub in subcommands.items():
        yield from _command(f"{path} {name}", sub)


OUTPUT_OPTIONS = {"quiet", "debug", "log_format", "no_color", "help"}


def _usage(argument: Any) -> str:
    name = (argument.metavar or argument.name).upper() + ("…" if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def _parameters(parameters: list[Any]) -> str:
    rows = []
    for p in parameters:
        if p.param_type_name == "argument":
            name = f"`{_usage(p)}`"
        else:
            choices = "|".join(str(c) for c in p.type_descriptor.choices or ())
            value = "" if p.is_flag else " " + (p.metavar or choices or p.name.upper()).replace("|", "\\|")
            name = ", ".join(f"`{o}{value}`" for o in sorted(p.opts, key=lambda o: not o.startswith("--")))
        default = f" Default: `{p.default}`." if p.default not in (None, False, ()) and not callable(p.default) else ""
        rows.append(f"| {name} | {p.help or ''}{default} |")
    return "\n".join(["| | |", "|---|---|", *rows]) + "\n"


COMMON = {
    "aggregations": "Windowed features, computed from the view's rows.",
    "column": "Output column that is aggregated; without it, rows are counted.",
    "columns": "Columns of the table with their types.",
    "default_target": "Target that commands use without `--target`.",
    "description": "What it is, for people.",
    "dialect": "Dialect of this file's SQL; default: the project's.",
    "exclude_rules": "All but these codes or families.",
    "expect": "Rows that the view must return.",
    "features": "What the view offers: name to type, or to a mapping.",
    "function": "What is computed over each window.",
    "lint": "Settings of the checks.",
    "meta": "Anything of your own; featurec does not read it.",
    "name": "What it is called.",
    "offline": "Where views are built and training sets come from.",
    "offset": "How far the window's end lies before the as-of time.",
    "online": "Where the newest rows are served from; without it, nothing is exported.",
    "owner": "Who answers for it.",
    "schema": "Schema that featurec's tables go to.",
    "tables": "The tables of this source.",
    "tags": "Words to select by: `--select tag:daily`.",
    "targets": "Pairs of an offline and an online store, by name.",
    "tests": "Checks of the built column.",
    "threads": "How many threads the database may use; default: all cores.",
    "type": "Which kind it is.",
    "unit": "Unit of measurement.",
    "unit_tests": "The tests of this file.",
    "vars": "Values for `var()` in this test.",
    "view": "The view.",
}
"""What keys mean whose model does not say it."""

WORDS = {
    "DuckDBStore": "DuckDB store",
    "ServerStore": "server store",
    "OnlineStore": "online store",
    "SourceColumn": "column",
    "TestOptions": "options",
}
"""Names of models that are not words."""

TITLES = {
    "featurec": "featurec.yml",
    "entities": "entities.yml",
    "sources": "sources.yml",
    "services": "services.yml",
    "view": "Feature view",
    "spine": "Spine",
    "tests": "tests/**/*.yml",
}

HEADER_ABOUT = """\
A feature view is a file below `features/`, a spine one below `spines/`: a SELECT, and before it a block comment with a
header in YAML. Keys that are not listed here are errors. `featurec schema view` prints the same as JSON Schema.

```sql
/*---
entities: [customer]
timestamp: ordered_at
features:
  amount: {type: double, description: what the last order cost, unit: EUR}
---*/
SELECT customer_id, ordered_at, amount FROM {{ source('shop', 'orders') }}
```
"""

FILES_ABOUT = """\
Every kind of file besides [feature views and spines](header.md). Keys that are not listed are errors, and so are YAML's
anchors, aliases, merge keys, tags and repeated keys. `featurec schema KIND` prints the same as JSON Schema; editors
check a file that begins with `# yaml-language-server: $schema=…`. Columns are a mapping (`amount: double`) or a list.
"""


def header() -> str:
    """Keys of feature views and spines."""
    parts = [text for kind in ("view", "spine") for text in _file_kind(kind)]
    return "\n".join([f"# Headers of feature views and spines\n\n{NOTE}", HEADER_ABOUT, *parts, DURATIONS])


def files() -> str:
    """Keys of the YAML files."""
    parts = [text for kind in KINDS if kind not in {"view", "spine"} for text in _file_kind(kind)]
    return "\n".join([f"# Project files\n\n{NOTE}", FILES_ABOUT, *parts])


DURATIONS = """\
## Durations

A whole number and a unit: `us`, `ms`, `s`, `min`, `h`, `d` (24 hours), `w` (7 days): `90min`, `7d`. Windows of
aggregations may also be `lifetime`.
"""


def _file_kind(kind: str) -> Iterator[str]:
    schema = json_schema(kind)
    definitions = schema.get("$defs", {})
    about = schema["description"].rpartition(".yml: ")[2]
    yield f"## {TITLES[kind]}\n\n{about[:1].upper()}{about[1:]}\n"
    yield _keys(schema, definitions)
    for name in _reachable(schema, definitions):
        if not name.startswith("Named"):
            yield f"### {_word(name)} ({TITLES[kind]})\n\n{definitions[name].get('description', '')}\n"
            yield _keys(definitions[name], definitions)


def _word(model: str) -> str:
    short = model.removeprefix("Named").removesuffix("Model")
    return WORDS.get(short, short.lower())


def _reachable(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> list[str]:
    """Names of the definitions that a schema uses, in the order of their first mention."""
    found: dict[str, None] = {}

    def walk(part: object) -> None:
        if isinstance(part, dict):
            name = str(part.get("$ref", "")).rpartition("/")[2]
            if name in definitions and name not in found:
                found[name] = None
                walk(definitions[name])
            for key, value in part.items():
                if key != "$defs":
                    walk(value)
        elif isinstance(part, list):
            for item in part:
                walk(item)

    walk(schema)
    return list(found)


def _keys(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    rows = []
    for key, value in schema.get("properties", {}).items():
        about = value.get("description") or COMMON.get(key, "")
        default = value.get("default")
        need = "**required**" if key in schema.get("required", ()) else ""
        if default not in (None, "", [], {}) and "default" not in about and not isinstance(default, dict):
            need = f"default `{str(default).lower() if isinstance(default, bool) else default}`"
        rows.append(f"| `{key}` | {_type(value, definitions)} | {need} | {about} |")
    return "\n".join(["| key | value | | |", "|---|---|---|---|", *rows]) + "\n"


def _type(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return _word(str(schema["$ref"]).rpartition("/")[2])
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{v}`" for v in schema.get("enum", [schema.get("const")]))
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        texts = dict.fromkeys(_type(option, definitions) for option in options if option.get("type") != "null")
        return " or ".join(texts)
    match schema.get("type"):
        case "array":
            return f"list of {_type(schema.get('items', {}), definitions)}"
        case "object":
            named = [*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")]
            values = next((v for v in named if v), None)
            return f"mapping of name to {_type(values, definitions)}" if isinstance(values, dict) else "mapping"
        case "string":
            return "text"
        case "integer" | "number" | "boolean" as kind:
            return {"integer": "whole number", "number": "number", "boolean": "true or false"}[kind]
    return "anything"


def dialects() -> str:
    """What each dialect is written with, and what it refuses."""
    out = [
        f"# Dialects\n\n{NOTE}",
        DIALECTS_ABOUT,
        "| dialect | checked by | as-of | newest row |",
        "|---|---|---|---|",
    ]
    found = {name: get(name) for name in names()}
    for name, dialect in found.items():
        checked = "running its SQL" if dialect.executed else "golden files"
        asof = ", ".join(f"`{s}`" for s in dialect.asof)
        out.append(f"| `{name}` | {checked} | {asof} | {', '.join(f'`{s}`' for s in dialect.latest)} |")
    for name, dialect in found.items():
        if dialect.refuses:
            out.append(f"\n## What `{name}` refuses\n\n| | |\n|---|---|")
            out += [f"| `{what}` | {why} |" for what, why in sorted(dialect.refuses.items())]
    return "\n".join(out) + "\n"


DIALECTS_ABOUT = """\
`featurec compile --dialect NAME` writes the project's SQL for any of these. Strategies are the files of
`templates/sql/asof` and `templates/sql/latest`; the first one is the default.
"""


def rules() -> str:
    """All codes by family."""
    out = [f"# Findings\n\n{NOTE}\n`featurec explain CODE` prints the same pages.\n"]
    for family, title in FAMILIES.items():
        listed = [p for p in pages() if p.code.startswith(family)]
        if listed:
            out.append(f"## {family}: {title}\n\n| code | name | |\n|---|---|---|")
            out += [f"| [{p.code}]({p.code.lower()}.md) | `{p.name}` | {p.summary} |" for p in listed]
            out.append("")
    return "\n".join(out)


def main() -> int:
    """Write or check the pages."""
    wanted = reference()
    stale = [path for path, text in wanted.items() if not (DOCS / path).is_file() or (DOCS / path).read_text() != text]
    gone = [p for p in sorted((DOCS / "rules").glob("*.md")) if p.relative_to(DOCS).as_posix() not in wanted]
    if "--check" in sys.argv:
        for path in [*stale, *(p.relative_to(DOCS).as_posix() for p in gone)]:
            sys.stderr.write(f"docs/{path} is stale: run python docs/generate.py\n")
        return 1 if stale or gone else 0
    for path in stale:
        (DOCS / path).parent.mkdir(exist_ok=True)
        (DOCS / path).write_text(wanted[path])
    for page in gone:
        page.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
