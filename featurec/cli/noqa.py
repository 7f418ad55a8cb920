"""`featurec lint --add-noqa`: writes comments into files."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from featurec.cli.writing import writable
from featurec.commenting import UNANSWERED, commented
from featurec.diagnostic import Diagnostic
from featurec.loading import Loaded
from featurec.report.console import Console
from featurec.report.text import count


def add_comments(
    console: Console,
    loaded: Loaded,
    findings: Sequence[Diagnostic],
    reload: Callable[[Mapping[str, str]], Loaded],
) -> None:
    """Give every finding a ``noqa`` comment in its file, and say how many there are.

    Args:
        reload: the project with texts in the place of its files' own: path -> text.
    """
    root = Path(loaded.project.root)
    placed = {f.span.path for f in findings if f.span and not f.code.startswith(UNANSWERED)}
    paths = sorted(placed & set(loaded.project.files))
    raw = {path: (root / path).read_bytes().decode("utf-8") for path in paths if (root / path).is_file()}
    done = commented(raw, findings, loaded, reload)
    for path, text in done.texts.items():
        with writable(path):
            (root / path).write_bytes(text.encode("utf-8"))
    where = f" in {count(len(done.texts), 'file')}" if done.texts else ""
    console.note(("added ", "success"), f"{count(done.comments, 'noqa comment')}{where}; a reason is due for each")
    if done.left:
        console.note(f"{count(len(done.left), 'finding')} cannot be answered by a comment")
