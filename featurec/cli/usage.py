"""Wrong usage, as the argument parser reports it, turned into findings with a suggestion."""

from difflib import get_close_matches
from typing import Any

import typer

from featurec.cli.group import command_names
from featurec.diagnostic import Diagnostic


def usage_finding(error: typer.TyperException, args: list[str]) -> Diagnostic:
    """What was wrong with the command line, and the nearest thing that is right."""
    context: Any = getattr(error, "ctx", None)
    path = context.command_path if context else "featurec"
    message = error.format_message().rstrip(".")
    see = f"`{path} --help` lists what it takes"
    option = getattr(error, "option_name", None)
    if type(error).__name__ == "NoSuchOption" and option:
        accepted = [o for p in context.command.get_params(context) for o in (*p.opts, *p.secondary_opts)]
        return Diagnostic("FC951", f"`{path}` has no option `{option}`", fix=_nearest(str(option), accepted, see))
    if context is not None and message.startswith("No such command"):
        word = next((a for a in args if a in message), "")
        accepted = command_names() if context.parent is None else list(context.command.commands)
        return Diagnostic("FC951", f"`{path}` has no command `{word}`", fix=_nearest(word, accepted, see))
    code = "FC952" if message.startswith("Invalid value") else "FC951"
    return Diagnostic(code, message[:1].lower() + message[1:].replace("'", "`").replace("Value error, ", ""), fix=see)


def _nearest(word: str, accepted: list[str], otherwise: str) -> str:
    begins = [name for name in accepted if len(word.strip("-")) > 1 and name.startswith(word)]
    near = begins or get_close_matches(word, accepted, n=3, cutoff=0.6)
    if not near:
        return otherwise
    return "did you mean " + " or ".join(f"`{n}`" for n in near) + f"? {otherwise}"
