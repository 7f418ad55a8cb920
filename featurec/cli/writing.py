"""Writes what was compiled into the project's ``target/`` folder, and the cache."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from featurec.cache import Cache
from featurec.diagnostic import Diagnostic
from featurec.errors import CannotOperate


def write_artifacts(root: Path, files: Mapping[str, str], folder: str, whole: bool) -> None:
    """Write files below ``target/``; equal ones are left alone.

    Args:
        files: path below ``target/`` -> text.
        folder: the folder in ``target/compiled`` that they belong to.
        whole: whether ``files`` is all there is, so that any other ``.sql`` in that folder is of a view
            that is gone and is removed.
    """
    target = root / "target"
    with writable("target/"):
        for path, text in files.items():
            place = target / path
            content = text.encode("utf-8")
            if place.is_file() and place.read_bytes() == content:
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        for stale in sorted((target / "compiled" / folder).rglob("*.sql")) if whole else ():
            if stale.relative_to(target).as_posix() not in files:
                stale.unlink()


def write_cache(cache: Cache, *, complete: bool = True) -> None:
    """Keep what a run found out; after a complete one, forget what nobody asked for."""
    with writable(".featurec/"):
        cache.save(complete=complete)


@contextmanager
def writable(folder: str) -> Iterator[None]:
    """Files that cannot be written inside, as FC957."""
    try:
        yield
    except OSError as error:
        cause = f"{error.strerror}: {error.filename}"
        raise CannotOperate([Diagnostic("FC957", f"cannot write into `{folder}`", cause=cause)]) from None
