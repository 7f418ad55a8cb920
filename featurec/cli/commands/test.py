"""`featurec test`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from featurec.cli.options import Exclude, FailFast, ProjectDir, Select, State, TargetName, Vars, WarnError

SECTION = "Build"


def command(
    ctx: typer.Context,
    project_dir: ProjectDir = None,
    target: TargetName = None,
    select: Select = None,
    exclude: Exclude = None,
    state: State = None,
    vars: Vars = None,
    unit: Annotated[bool, typer.Option("--unit/--no-unit", help="Whether to run the unit tests of tests/.")] = True,
    data: Annotated[
        bool, typer.Option("--data/--no-data", help="Whether to test the rows of views and sources.")
    ] = True,
    store_failures: Annotated[
        bool,
        typer.Option("--store-failures/--no-store-failures", help="Whether to keep failing rows in the offline store."),
    ] = True,
    fail_fast: FailFast = False,
    warn_error: WarnError = False,
    format: Annotated[
        Literal["text", "json", "junit"], typer.Option("--format", "--output", help="Form of the report.")
    ] = "text",
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Where the report goes; default: standard output."),
    ] = None,
) -> int:
    """Run unit tests, and the tests of views and sources on the rows that are there.

    Unit tests run in memory, over the rows that they give. Tests of rows run on the target's tables; a view without an
    up-to-date one is computed from its SQL. Sources are tested where they are read by a chosen view. At most 100 failing
    rows of a test are kept in featurec.test_failures of the offline store.
    """
    from featurec import clock
    from featurec.cli.opening import chosen_names, loaded, opened_target
    from featurec.cli.testing import Told, chosen_nodes, chosen_unit_tests, write_report
    from featurec.cli.writing import write_cache
    from featurec.compiler import analyze_project
    from featurec.diagnostic import Diagnostic, has_errors
    from featurec.report.console import Console

    console: Console = ctx.obj
    console.log_is_product = format == "text" or out is not None
    now = clock.now()
    found = loaded(project_dir, target, vars, cached=True)
    compilation = analyze_project(found)
    if found.cache:
        write_cache(found.cache)
    console.report(compilation.diagnostics, files=len(found.project.files))
    if has_errors(compilation.diagnostics) or (warn_error and compilation.diagnostics):
        return 1
    names = chosen_names(compilation, select, exclude, state)
    analyzed = compilation.analyzed
    told = Told(console, fail_fast)
    if unit:
        from featurec.report.outcome import of_unit
        from featurec.run.unit_tests import unit_results

        for result in unit_results(found, analyzed, chosen_unit_tests(analyzed, names)):
            told.tell(of_unit(result))
            if told.stopped:
                break
    not_kept: tuple[Diagnostic, ...] = ()
    nodes = chosen_nodes(analyzed, names) if data and not told.stopped else []
    if nodes:
        from featurec.report.outcome import of_data
        from featurec.run.data_tests import run_data_tests

        results = run_data_tests(
            analyzed,
            opened_target(console, found.project, target),
            nodes,
            now,
            f"test_{now:%Y%m%dT%H%M%S%f}",
            lambda result: told.tell(of_data(result, kept=store_failures)),
            fail_fast=fail_fast,
            store=store_failures,
            warn_error=warn_error,
        )
        told.note_computed(results.computed)
        not_kept = results.not_kept
    told.finish()
    write_report(console, told.outcomes, format, out)
    console.report(not_kept)
    return 2 if not_kept else int(any(outcome.failed for outcome in told.outcomes))
