"""The folder of the project that a command is about."""

from pathlib import Path

from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.errors import CannotOperate
from featurec.project import find_root
from featurec.spec import Project


def project_root(project_dir: Path | None, start: Path | None = None) -> Path:
    """The folder with featurec.yml: the one named, or the nearest at or above ``start`` (default: the present one)."""
    if project_dir is not None:
        if not (project_dir / "featurec.yml").is_file():
            fix = "name the folder that holds featurec.yml"
            raise CannotOperate([Diagnostic("FC950", f"there is no featurec.yml in {project_dir}", fix=fix)])
        return project_dir.resolve()
    here = start or Path.cwd()
    root = find_root(here)
    if root is None:
        claim = f"there is no featurec.yml in {here} or above it"
        fix = "change to your project's folder, name it with --project-dir, or make one: featurec init shop"
        raise CannotOperate([Diagnostic("FC950", claim, fix=fix)])
    return root


def need_target(project: Project, name: str | None) -> None:
    """Refuse a target that the project does not declare; None is the default one."""
    if name is not None and name not in project.targets:
        fix = did_you_mean(name, project.targets)
        raise CannotOperate([Diagnostic("FC953", f"featurec.yml declares no target `{name}`", fix=fix)])
