"""Paths of files as engines read them: as patterns, in which ``*``, ``?`` and ``[`` stand for other characters."""

_MARKS = frozenset("*?[")


def is_pattern(path: str) -> bool:
    """Whether a path may match several files."""
    return not _MARKS.isdisjoint(path)


def matching_only(path: str) -> str:
    """The pattern that matches nothing but the file or folder of that name."""
    return "".join(f"[{character}]" if character in _MARKS else character for character in path)


def source_pattern(path: str, root: str) -> str:
    """The pattern of a source's ``path``, which may be one itself, below the folder ``root``; an absolute one stays."""
    return path if path.startswith("/") or not root else f"{matching_only(root)}/{path}"
