"""`featurec lint`."""

from pathlib import Path
from typing import Annotated

import typer

from featurec.cli.options import State, TargetName, Vars

SECTION = "Build"


def command(
    ctx: typer.Context,
    paths: Annotated[
        list[str] | None, typer.Argument(help="Files and folders, or - for standard input; default: the project.")
    ] = None,
    project_dir: Annotated[
        Path | None,
        typer.Option(
            "--project-dir",
            metavar="DIR",
            help="Folder with featurec.yml; default: that of the first path or the nearest parent.",
        ),
    ] = None,
    target: TargetName = None,
    vars: Vars = None,
    state: State = None,
    format: Annotated[
        str | None,
        typer.Option(
            metavar="text|concise|json|github|sarif|junit",
            help="Form of the report; default: text, and github where GITHUB_ACTIONS is true.",
        ),
    ] = None,
    rules: Annotated[
        list[str] | None, typer.Option(metavar="LIST", help="Only these codes or families: FC305,FC6.")
    ] = None,
    exclude_rules: Annotated[
        list[str] | None, typer.Option(metavar="LIST", help="All but these codes or families.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit with 0, whatever is found.")] = False,
    statistics: Annotated[bool, typer.Option("--statistics", help="Count findings by code.")] = False,
    stdin_filename: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Place in the project of what - reads.")
    ] = None,
    add_noqa: Annotated[
        bool, typer.Option("--add-noqa", help="Write a noqa comment for every finding that can have one.")
    ] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Neither read nor write .featurec/cache.")] = False,
) -> int:
    """Find what is wrong, above all features that see the future.

    Reads files only: no connection, no target, no step before it. With paths, reports findings of these files
    alone; what they read is analyzed as needed. A comment `-- noqa: FC305 -- reason` answers a finding that
    begins or ends on its line. With --state, only files of views and spines that are new or modified.
    """
    import os
    import sys
    from functools import partial

    from featurec.cli.linting import asked, files, load_asked, modified_files, rule_names
    from featurec.cli.reporting import chosen_format, print_report
    from featurec.cli.sharing import share
    from featurec.cli.writing import write_cache
    from featurec.diagnostic import has_errors
    from featurec.lint.selection import Selection
    from featurec.linting import lint, understood
    from featurec.report.console import Console

    console: Console = ctx.obj
    form = chosen_format(format, os.environ)
    console.log_is_product = form == "text"
    chosen, excluded = rule_names(rules), rule_names(exclude_rules) or ()
    words = paths or []
    place = asked(words, project_dir, stdin_filename, sys.stdin if "-" in words else None, writing=add_noqa)
    found = load_asked(place, target, vars, cached=not no_cache)
    wanted = files(found.project, place.paths)
    if state is not None:
        wanted = modified_files(found, state, wanted)
    selection = Selection(found.project.lint, chosen, excluded, strict)
    if wanted is None:
        share(found, partial(understood, found))
    report = lint(found, selection, wanted)
    if add_noqa:
        from featurec.cli.noqa import add_comments

        add_comments(console, found, report.findings, lambda texts: load_asked(place, target, vars, overlay=texts))
        found = load_asked(place, target, vars, cached=not no_cache)
        report = lint(found, selection, wanted)
    if found.cache and not place.overlay:
        write_cache(found.cache, complete=False)
    print_report(console, report, form, place.root, os.environ, statistics=statistics)
    return int(has_errors(report.findings) and not exit_zero)
