"""Answer requests for features over HTTP."""

from pathlib import Path
from typing import Annotated

import typer

from featurec.cli.options import ProjectDir, TargetName

SECTION = "Use"


def command(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="token NAME", help="Make a token for NAME instead of serving.")
    ] = None,
    project_dir: ProjectDir = None,
    target: TargetName = None,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where to listen; others than this machine need --tokens.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="0 for any that is free.")] = 6566,
    service: Annotated[
        list[str] | None, typer.Option("--service", metavar="NAME", help="Only this service; may be given again.")
    ] = None,
    tokens: Annotated[Path | None, typer.Option(metavar="FILE", help="Who may ask, and for which services.")] = None,
    workers: Annotated[int, typer.Option(metavar="N", min=1, max=64, help="Processes that answer.")] = 1,
    audit_log: Annotated[
        Path | None,
        typer.Option("--audit-log", metavar="FILE", help="Append who read which service, with digests of the keys."),
    ] = None,
    log_features: Annotated[
        Path | None,
        typer.Option("--log-features", metavar="FOLDER", help="Write a sample of the answers to Parquet files."),
    ] = None,
    log_share: Annotated[
        float, typer.Option(metavar="SHARE", min=0, max=1, help="Of all entities, those whose answers are logged.")
    ] = 0.05,
) -> int:
    """Answer requests for features over HTTP, from the target's online store.

    POST /get-online-features as Feast has it, POST /v1/features/SERVICE by entity, GET /v1/services, /health, /ready,
    /metrics and /openapi.json. A new version of a view is answered from as soon as readers see it.

    `featurec serve token NAME --tokens FILE --service SERVICE` makes a token, adds its digest to the file and prints it
    once. `featurec verify --replay FOLDER` compares what was logged there with what the rule says. SIGTERM ends the server
    after the requests that it has begun; SIGHUP opens the audit log and reads the tokens anew.
    """
    from featurec.cli.serving import Asked, make_token, serve
    from featurec.diagnostic import Diagnostic
    from featurec.errors import CannotOperate
    from featurec.report.console import Console

    console: Console = ctx.obj
    asked = Asked(
        project_dir, target, host, port, tuple(service or ()), tokens, audit_log, log_features, log_share, workers
    )
    match words or []:
        case []:
            source = ctx.get_parameter_source("log_share")
            if log_features is None and source is not None and source.name == "COMMANDLINE":
                claim, fix = "`--log-share` has nothing to log", "add --log-features FOLDER, or leave it out"
                raise CannotOperate([Diagnostic("FC951", claim, fix=fix)])
            return serve(console, asked)
        case ["token", name]:
            return make_token(console, asked, name)
    fix = "write `featurec serve`, or `featurec serve token NAME`"
    raise CannotOperate([Diagnostic("FC951", f"`{' '.join(words or [])}` is not understood", fix=fix)])
