"""Commands found in their folder and built into a tree that parses arguments."""

from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from itertools import pairwise
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from featurec.cli import commands
from featurec.cli.options import OPTIONAL, REPEATED, Debug, LogFormat, NoColor, Quiet
from featurec.report.console import Console

SECTIONS = ("Start", "Build", "Use", "Look", "Reference")
"""Order of the sections in ``featurec --help``."""

SETTINGS = {"help_option_names": ["--help", "-h"], "max_content_width": 100}


def command_names() -> list[str]:
    """Names of the commands, sorted."""
    return sorted(info.name for info in iter_modules(commands.__path__))


def command_module(name: str) -> ModuleType:
    """The module of a command."""
    return import_module(f"{commands.__name__}.{name}")


class FeaturecCommand(TyperCommand):
    """A command that also takes the output options and sets the Console in ``ctx.obj`` by them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params = [*self.params, *_output_parameters()]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, list(_numbered(list(_one_word_each(args)))))

    def invoke(self, ctx: Any) -> Any:
        given = {p.name: ctx.params.pop(p.name) for p in _output_parameters()}
        _configure(ctx.obj, **given)
        return super().invoke(ctx)


class FeaturecGroup(TyperGroup):
    """``featurec`` itself: a command's module is imported when it is called or listed."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return command_names()

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        return build(cmd_name) if cmd_name in command_names() else None

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        modules = {name: command_module(name) for name in command_names()}
        for section in SECTIONS:
            rows = [(name, _about(module)) for name, module in modules.items() if section == module.SECTION]
            if rows:
                with formatter.section(section):
                    formatter.write_dl(rows)


def _about(module: ModuleType) -> str:
    """One line about a command: of its function, or of the group of commands that the module holds."""
    documented = module if hasattr(module, "COMMANDS") else module.command
    return (documented.__doc__ or "").partition("\n")[0]


def build(name: str) -> Any:
    """The command of that name, ready to parse arguments."""
    module = command_module(name)
    app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True, context_settings=SETTINGS)
    if hasattr(module, "COMMANDS"):
        app.callback(help=module.__doc__)(_nothing)
        for function in module.COMMANDS:
            app.command(function.__name__.rstrip("_"), cls=FeaturecCommand)(function)
    else:
        app.command(name, cls=FeaturecCommand)(module.command)
    built = get_command(app)
    built.name = name
    return built


def root() -> Any:
    """The whole command line."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=SETTINGS)
    app.callback(cls=FeaturecGroup, invoke_without_command=True, help=ABOUT)(_featurec)
    return get_command(app)


ABOUT = """One SQL file per feature view; the same value in training and in production.

A project is a folder with featurec.yml. `featurec init shop` makes a small one that runs."""


def _featurec(
    ctx: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version."),
    quiet: Quiet = False,
    debug: Debug = False,
    log_format: LogFormat = None,
    no_color: NoColor = False,
) -> int:
    _configure(ctx.obj, quiet, debug, log_format, no_color)
    if version:
        from featurec import __version__

        ctx.obj.result(f"featurec {__version__}")
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        ctx.obj.result(ctx.get_help())
    return 0


def _nothing() -> None:
    """A group of commands does nothing by itself."""


def _output_options(
    quiet: Quiet = False, debug: Debug = False, log_format: LogFormat = None, no_color: NoColor = False
) -> None:
    """The options that every command takes; only their declarations are used."""


@cache
def _output_parameters() -> tuple[Any, ...]:
    app = typer.Typer(add_completion=False)
    app.command()(_output_options)
    return tuple(get_command(app).params)


def _configure(console: Console, quiet: bool, debug: bool, log_format: str | None, no_color: bool) -> None:
    """Options before and after the command's name add up."""
    console.quiet |= quiet
    console.debug |= debug
    console.no_color |= no_color
    if log_format:
        console.format = "json" if log_format == "json" else "text"


def _one_word_each(args: Sequence[str]) -> Iterator[str]:
    """``--select a b`` as ``--select a --select b``, which is what the parser understands."""
    option = ""
    taken = 0
    for arg in args:
        if arg.startswith("-") and arg != "-":
            option, taken = (arg if arg in REPEATED else ""), 0
        elif option:
            taken += 1
            if taken > 1:
                yield option
        yield arg


def _numbered(args: Sequence[str]) -> Iterator[str]:
    """``--sample`` as ``--sample 1000``."""
    for arg, following in pairwise([*args, ""]):
        yield arg
        if arg in OPTIONAL and not following.isdecimal():
            yield OPTIONAL[arg]
