"""`featurec schema`."""

from pathlib import Path
from typing import Annotated

import typer

SECTION = "Reference"


def command(
    ctx: typer.Context,
    kind: Annotated[
        str | None, typer.Argument(metavar="KIND", help="Kind of file; without it, the kinds are listed.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it there instead.")
    ] = None,
) -> int:
    """Print the JSON Schema of a kind of project file.

    Editors check files against it that begin with `# yaml-language-server: $schema=…`, as those of
    `featurec init` do.
    """
    from json import dumps

    from featurec.diagnostic import Diagnostic, did_you_mean
    from featurec.errors import CannotOperate
    from featurec.report.console import Console
    from featurec.schemas import KINDS, json_schema

    console: Console = ctx.obj
    if kind is None:
        console.result("\n".join(KINDS))
        return 0
    if kind not in KINDS:
        raise CannotOperate([Diagnostic("FC953", f"no kind of file is called `{kind}`", fix=did_you_mean(kind, KINDS))])
    text = dumps(json_schema(kind), indent=2, ensure_ascii=False) + "\n"
    if output is None:
        console.result(text)
        return 0
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CannotOperate([Diagnostic("FC957", f"cannot write `{output}`", cause=str(error.strerror))]) from None
    console.note("wrote ", str(output))
    return 0
