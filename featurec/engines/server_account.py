"""The account that an embedded server runs as: PostgreSQL refuses to run as root, so root needs another one."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

ENTER = 0o1
READ = 0o4


@dataclass(frozen=True)
class Account:
    """A user and its group, by number."""

    uid: int
    gid: int

    def may(self, path: Path, wanted: int) -> bool:
        """Whether the permissions of a path grant all of ``wanted`` (``READ``, ``ENTER``)."""
        bits = self._bits(path, wanted)
        return path.stat().st_mode & bits == bits

    def let(self, path: Path, wanted: int) -> None:
        """Add the missing ones of these permissions, for this account's class of users only."""
        if not self.may(path, wanted):
            path.chmod(stat.S_IMODE(path.stat().st_mode) | self._bits(path, wanted))

    def let_reach(self, path: Path) -> None:
        """Let the account enter, not list, the folders above a path."""
        for folder in path.resolve().parents:
            self.let(folder, ENTER)

    def let_run(self, install: Path, program: Path) -> None:
        """Let the account run a program of an installation, wherever root has put it."""
        self.let_reach(install)
        if self.may(program, READ | ENTER) and self.may(program.parent, ENTER):
            return
        for path in [install, *install.rglob("*")]:
            self.let(path, READ | ENTER if path.is_dir() or path.stat().st_mode & 0o100 else READ)

    def _bits(self, path: Path, wanted: int) -> int:
        found = path.stat()
        return wanted << 6 if found.st_uid == self.uid else wanted << 3 if found.st_gid == self.gid else wanted


def account_for(folder: Path) -> Account | None:
    """Whom a server over this folder runs as: None for the user of this process; for root, who may not, the
    owner of the folder, or ``nobody`` where that is root too.
    """
    if os.geteuid() != 0:
        return None
    import pwd

    try:
        entry = pwd.getpwuid(folder.stat().st_uid or -1)
    except KeyError:
        entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid)
