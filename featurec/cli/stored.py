"""A manifest that was stored earlier, for comparing with: what `--state` names."""

import json
from dataclasses import dataclass
from pathlib import Path

from featurec.analysis.changes import Before
from featurec.diagnostic import Diagnostic
from featurec.errors import CannotOperate
from featurec.manifest import SCHEMA_VERSION


@dataclass(frozen=True)
class Stored:
    """What a manifest says of views, and the fingerprints of its spines."""

    views: Before
    spines: dict[str, str]
    services: dict[str, list[tuple[str, list[str] | None]]]


def stored_manifest(path: Path, root: Path) -> Stored:
    """Read a manifest, or that of a folder.

    Raises CannotOperate: FC965 where there is none that can be read, FC951 for the one that the project itself writes.

    Args:
        root: folder of the project.
    """
    file = path / "manifest.json" if path.is_dir() else path
    if file.resolve() == (root / "target" / "manifest.json").resolve():
        raise CannotOperate(
            [
                Diagnostic(
                    "FC951",
                    "--state names the manifest that this project writes itself",
                    cause="every run and compile writes target/manifest.json anew, so that nothing ever differs from it",
                    fix="keep a copy of it elsewhere, such as that of the main branch: cp -r target stored",
                )
            ]
        )
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        if data["metadata"]["schema_version"] != SCHEMA_VERSION:
            raise _unreadable(file, f"it is of schema version {data['metadata']['schema_version']}")
        views = data["views"]
        return Stored(
            Before(
                {name: view["fingerprint"] for name, view in views.items()},
                {
                    (name, view["fingerprint"]): view["definition"]
                    for name, view in views.items()
                    if view.get("definition")
                },
            ),
            {name: spine["fingerprint"] for name, spine in data["spines"].items()},
            {
                name: [(asked["view"], asked["features"]) for asked in service["features"]]
                for name, service in data["services"].items()
            },
        )
    except OSError as error:
        raise _unreadable(file, error.strerror or str(error)) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable(file, f"{type(error).__name__}: {error}") from None


def _unreadable(file: Path, cause: str) -> CannotOperate:
    fix = "name a folder with the manifest.json of an earlier `featurec compile`"
    return CannotOperate([Diagnostic("FC965", f"there is no stored manifest in {file}", cause=cause, fix=fix)])
