"""The entry point: runs one command and turns what happened into an exit code.

0: done, or warnings only. 1: findings, or a node that failed. 2: wrong usage, or the command could not
work at all. 130, 141, 143: interrupted, nobody reads the output any more, terminated.
"""

import atexit
import gc
import os
import signal
import sys
from collections.abc import Sequence
from itertools import pairwise
from types import FrameType
from typing import NoReturn

import typer

from featurec.cli.group import root
from featurec.cli.usage import usage_finding
from featurec.errors import CannotOperate, FeaturecError, Terminated
from featurec.report.console import Console
from featurec.report.line import line

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line (default: of this process) and return its exit code."""
    args = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    console = Console()
    # SQL trees are many and live long: Python's default would look through all of them again and again. What one file
    # needs, code included, stays below the first threshold.
    gc.set_threshold(200_000, 50, 1000)
    # At its end a process would look through all that it still holds, only to find that memory is given back anyway.
    atexit.register(gc.freeze)
    try:
        previous = signal.signal(signal.SIGTERM, _terminate)
    except ValueError:  # not in the main thread: whoever started us handles signals
        return _run(args, console)
    try:
        code = _run(args, console)
    finally:
        signal.signal(signal.SIGTERM, previous)
    if code == INTERRUPTED and arguments is None:
        # A driver that saw the signal too may send it once more, even to a Python that is ending: go before it does.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        sys.stderr.flush()
        os._exit(code)
    return code


def _run(args: list[str], console: Console) -> int:
    try:
        code = _invoke(args, console)
        sys.stdout.flush()
    except BrokenPipeError:
        _silence()
        return 141
    return code


def _invoke(args: list[str], console: Console) -> int:
    """The exit code; everything but a broken pipe is dealt with here."""
    try:
        with root().make_context("featurec", args, obj=console) as context:
            return int(context.command.invoke(context) or 0)
    except typer.Exit as done:
        return done.exit_code
    except typer.TyperException as error:
        if _wants_json(args):
            console.format = "json"
        console.report([usage_finding(error, args)])
        return 2
    except CannotOperate as refused:
        console.report(refused.diagnostics)
        return 2
    except FeaturecError as failed:
        console.report(failed.diagnostics)
        return 1
    except (KeyboardInterrupt, typer.Abort):
        console.note("interrupted")
        return INTERRUPTED
    except Terminated:
        console.note("terminated")
        return 143
    except BrokenPipeError:
        raise
    except Exception as bug:  # noqa: BLE001  the last resort: nobody should have to read a traceback
        return _bug(bug, console)


def _bug(bug: Exception, console: Console) -> int:
    """One line for what should not have happened; the traceback under ``--debug``."""
    from traceback import format_exc

    what = f"{type(bug).__name__}: {bug}".strip().splitlines()[0]
    how = "" if console.debug else "; run it again with --debug for the traceback to report"
    if console.format == "json":
        console.event("bug", text=what, traceback=format_exc() if console.debug else None)
    else:
        trace = format_exc().splitlines() if console.debug else []
        console.problem(
            [*(line(text) for text in trace), line(("this is a bug in featurec", "error"), f": {what}{how}")]
        )
    return 2


def _wants_json(args: Sequence[str]) -> bool:
    """Whether the log was to be JSON, for a command line that could not be parsed."""
    return "--log-format=json" in args or ("--log-format", "json") in pairwise(args)


def _terminate(_number: int, _frame: FrameType | None) -> NoReturn:
    raise Terminated


def _silence() -> None:
    """Let nothing more be written to a pipe that is closed, the flush at exit included."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
