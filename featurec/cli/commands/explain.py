"""`featurec explain`."""

from typing import Annotated

import typer

SECTION = "Reference"


def command(
    ctx: typer.Context,
    code: Annotated[
        str | None,
        typer.Argument(metavar="CODE", help="Code or name (FC101, unknown-key), or the beginning of codes (FC2)."),
    ] = None,
) -> int:
    """Explain a finding by its code.

    Prints the page of a code: what it means, why it matters, an example, and what to write instead.
    Without a code it lists all of them.
    """
    from featurec.diagnostic import Diagnostic, did_you_mean
    from featurec.errors import CannotOperate
    from featurec.report.console import Console
    from featurec.report.line import line
    from featurec.report.pages import find_page, page_lines, pages

    console: Console = ctx.obj
    page = find_page(code) if code else None
    if page:
        console.show(page_lines(page))
        return 0
    listed = [p for p in pages() if p.code.startswith((code or "FC").upper())]
    if not listed:
        known = [name for p in pages() for name in (p.code, p.name)]
        raise CannotOperate([Diagnostic("FC953", f"no finding is called `{code}`", fix=did_you_mean(str(code), known))])
    console.show(line((p.code, "bold"), f"  {p.name:<24} ", (p.summary, "dim")) for p in listed)
    return 0
