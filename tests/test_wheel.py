"""The built wheel in an empty environment: what ships is enough to start a project and compile it."""

import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]


def run(*command: object, cwd: Path, home: Path) -> str:
    """Run with an empty home and no trace of the checkout in the environment."""
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PYTEST", "VIRTUAL_ENV", "FEATUREC", "XDG"))
    }
    ran = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**kept, "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(
    scope="module", params=["from here", pytest.param("from the package index", marks=pytest.mark.slow)], ids=str
)
def installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the programs of an environment that holds the wheel and what it asks for, nothing else.

    What it asks for is linked to where it is installed already, or installed anew.
    """
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder / "dist", ROOT]
    run(*build, cwd=folder, home=folder)
    (wheel,) = (folder / "dist").glob("*.whl")
    venv.create(folder / "env", with_pip=False, symlinks=True)
    programs = folder / "env" / "bin"
    # pip of this environment, pointed at the other: the new one has none, as nothing but the wheel is to be there.
    pip = [sys.executable, "-m", "pip", "--python", programs / "python", "--quiet", "--disable-pip-version-check"]
    alone = ["--no-deps", "--no-compile"] if request.param == "from here" else []
    run(*pip, "install", *alone, wheel, cwd=folder, home=Path(os.environ.get("HOME", folder)))
    if alone:
        (packages,) = (folder / "env").glob("lib/python*/site-packages")
        (featurec,) = distributions(name="featurec", path=[str(packages)])
        for package in asked_for(featurec):
            link(package, packages)
    return programs


def asked_for(package: Distribution, extras: frozenset[str] = frozenset()) -> Iterator[Distribution]:
    """The installed packages that a package requires, and those that they require."""
    for required in map(Requirement, package.requires or ()):
        if required.marker is None or any(required.marker.evaluate({"extra": extra}) for extra in {"", *extras}):
            found = distribution(required.name)
            assert found.version in required.specifier
            yield found
            yield from asked_for(found, frozenset(required.extras))


def link(package: Distribution, packages: Path) -> None:
    """Let an installed package be seen in this folder as well; of its files only what is inside its own folder."""
    for name in {file.parts[0] for file in package.files or ()} - {"..", "__pycache__"}:
        with suppress(FileExistsError):
            (packages / name).symlink_to(Path(str(package.locate_file(name))))


def test_init_and_compile(installed: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    featurec = installed / "featurec"
    run(featurec, "init", "shop", cwd=tmp_path, home=home)
    run(featurec, "compile", cwd=tmp_path / "shop", home=home)
    compiled = tmp_path / "shop" / "target" / "compiled"
    assert [file.name for file in sorted(compiled.glob("*/features/*.sql"))]
    assert (tmp_path / "shop" / "target" / "manifest.json").is_file()
    assert list(home.iterdir()) == []


def test_templates_ship_inside_the_package(installed: Path, tmp_path: Path) -> None:
    script = "from featurec.resources import template_root as t; print(*(p.relative_to(t()) for p in t().rglob('*')), sep='\\n')"
    shipped = set(run(installed / "python", "-c", script, cwd=tmp_path, home=tmp_path).split())
    templates = ROOT / "templates"
    assert shipped == {str(path.relative_to(templates)) for path in templates.rglob("*")}
    assert "_templates" in run(
        installed / "python",
        "-c",
        "import featurec.resources as r; print(r.template_root())",
        cwd=tmp_path,
        home=tmp_path,
    )
