"""Whether files are as they were, told by what the file system says of them."""

import hashlib
from glob import glob
from pathlib import Path


def files_mark(root: Path, path: str) -> str | None:
    """A text that is another one after a file that the pattern matches was written, or came or went; None where there is none."""
    pattern = path if Path(path).is_absolute() else str(root / path)
    digest = hashlib.sha256()
    found = sorted(glob(pattern, recursive=True)) or ([pattern] if Path(pattern).exists() else [])
    for name in found:
        try:
            stat = Path(name).stat()
        except OSError:
            return None
        digest.update(
            f"{name}\0{stat.st_ino} {stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns}\n".encode(
                errors="surrogateescape"
            )
        )
    return digest.hexdigest() if found else None
