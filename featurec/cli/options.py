"""Options that several commands share, under dbt's names where dbt has them."""

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

ProjectDir: TypeAlias = Annotated[
    Path | None,
    typer.Option("--project-dir", metavar="DIR", help="Folder with featurec.yml; default: here or the nearest parent."),
]
TargetName: TypeAlias = Annotated[
    str | None,
    typer.Option("--target", "-t", metavar="NAME", help="Target of featurec.yml; default: its default_target."),
]
Select: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--select",
        "-s",
        metavar="SELECTOR",
        help="Only these: name, +name, name+, tag:, path:, source:, state:, with *.",
    ),
]
Exclude: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--exclude", metavar="SELECTOR", help="Without these; same selectors."),
]
State: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--state",
        metavar="PATH",
        help="A stored manifest.json, or a folder with one: what state:modified and state:new compare with.",
    ),
]
Vars: TypeAlias = Annotated[
    str | None,
    typer.Option("--vars", metavar="YAML", help="Values for var(), as a YAML mapping: '{min_amount: 5}'."),
]
At: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--at", metavar="TIME", help="As-of instant, ISO 8601; without offset in the project's zone. Default: now."
    ),
]
AllowLeakage: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--allow-leakage", help="Go on with views that see the future; target/manifest.json says which were accepted."
    ),
]
FullRefresh: TypeAlias = Annotated[
    bool, typer.Option("--full-refresh", "-f", help="Compute tables anew, whatever is there.")
]
EventTimeStart: TypeAlias = Annotated[
    str | None,
    typer.Option("--event-time-start", metavar="TIME", help="With --event-time-end: compute these event times anew."),
]
EventTimeEnd: TypeAlias = Annotated[
    str | None,
    typer.Option("--event-time-end", metavar="TIME", help="The end of these event times, itself not one of them."),
]
FailFast: TypeAlias = Annotated[
    bool, typer.Option("--fail-fast", "-x", help="Begin nothing more after the first failure.")
]
WarnError: TypeAlias = Annotated[bool, typer.Option("--warn-error", help="Warnings count as failures.")]
Wait: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--wait", metavar="SECONDS", min=0, help="How long to wait for another run that holds a view. Default: 10."
    ),
]
Retries: TypeAlias = Annotated[
    int, typer.Option("--retries", metavar="N", min=0, help="How often to try again what a lost connection stopped.")
]
OutputFormat: TypeAlias = Annotated[
    Literal["text", "json"], typer.Option("--output", "--format", help="Form of the result.", show_default=True)
]

Quiet: TypeAlias = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors and results only.")]
Debug: TypeAlias = Annotated[bool, typer.Option("--debug", help="Print the traceback of an unexpected error.")]
LogFormat: TypeAlias = Annotated[
    Literal["text", "json"] | None,
    typer.Option("--log-format", help="Form of findings and progress; json is one object a line. Default: text."),
]
NoColor: TypeAlias = Annotated[
    bool, typer.Option("--no-color", help="No colours (also by NO_COLOR in the environment).")
]

OPTIONAL = {"--sample": "1000"}
"""Options whose number may be left out, and what it is then."""

REPEATED = frozenset({"--select", "-s", "--exclude"})
"""Options that take all words up to the next option, as in dbt: ``--select a b``."""
