"""`featurec init`."""

import re
from pathlib import Path
from typing import Annotated

import typer

SECTION = "Start"


def command(
    ctx: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="New or empty folder; default: the present one.")
    ] = Path(),
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the project; default: the folder's.")
    ] = None,
    from_feast: Annotated[
        Path | None,
        typer.Option(metavar="REPO", help="Folder of a Feast repository to make the project of; none of it is run."),
    ] = None,
) -> int:
    """Write a small project that runs.

    Three feature views over data of its own, a service, a spine with a label, a macro, and a target that
    needs no database installed. Files that exist are never touched: if one is in the way, nothing is
    written.

    With --from-feast the project is made of a Feast repository: entities, file sources, feature views and services.
    What has no place in it is named, and where it stands.
    """
    from json import dumps

    from featurec.diagnostic import Diagnostic
    from featurec.errors import CannotOperate
    from featurec.report.console import Console
    from featurec.resources import template_root
    from featurec.schemas import KINDS, json_schema

    console: Console = ctx.obj
    title = _project_name(name or folder.resolve().name)
    if from_feast is None:
        template = template_root() / "project"
        files = {
            path.relative_to(template).as_posix(): path.read_text(encoding="utf-8")
            for path in sorted(template.rglob("*"))
            if path.is_file()
        }
        files["featurec.yml"] = files["featurec.yml"].replace("name: shop", f"name: {title}", 1)
    else:
        from featurec.cli.feast import converted

        files, findings = converted(from_feast, folder.resolve(), name, title)
    for kind in KINDS:
        files[f".schemas/{kind}.json"] = dumps(json_schema(kind), indent=2, ensure_ascii=False) + "\n"
    present = [path for path in files if (folder / path).exists()]
    if present:
        listed = ", ".join(f"`{path}`" for path in present[:5]) + (", …" if len(present) > 5 else "")
        fix = "name a new folder: featurec init shop"
        raise CannotOperate(
            [Diagnostic("FC959", f"{listed} {'exist' if present[1:] else 'exists'} in {folder.resolve()}", fix=fix)]
        )
    try:
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        why = f"{error.strerror}: {error.filename}"
        raise CannotOperate([Diagnostic("FC957", f"cannot write into {folder}", cause=why)]) from None
    console.note(("wrote ", "success"), f"{len(files)} files of the project `{title}`", folder=str(folder.resolve()))
    steps = [] if folder.resolve() == Path.cwd() else [f"cd {folder}"]
    if from_feast is not None:
        console.report(findings)
        steps += ["featurec lint", "featurec run"]
    else:
        steps += [
            "featurec run",
            "featurec train checkouts --service return_risk -o training.parquet",
            "featurec online get --service return_risk customer_id=5,sku=boots",
        ]
    console.note("next:")
    for step in steps:
        console.note("  ", (step, "note"))
    return 0


def _project_name(text: str) -> str:
    """A folder's name as a project may be called: lower case letters, digits and single underscores."""
    cleaned = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    return cleaned if cleaned[:1].isalpha() else f"features_{cleaned}".rstrip("_")
