"""What a PostgreSQL server says of itself in ``postmaster.pid``, and what it leaves there when it dies."""

import os
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

SOCKET_NAME = ".s.PGSQL.5432"
_FILE = "postmaster.pid"


@dataclass(frozen=True)
class Postmaster:
    """A server that runs, or ran.

    Attributes:
        status: ``starting``, ``ready``, ``stopping`` or ``standby``.
    """

    pid: int
    socket_folder: str
    status: str

    def accepts(self) -> bool:
        """Whether something listens on its socket."""
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(f"{self.socket_folder}/{SOCKET_NAME}")
            except OSError:
                return False
        return True


def read_postmaster(data: Path) -> Postmaster | None:
    """What stands in a cluster's ``postmaster.pid``; None where it is missing or not written to its end."""
    try:
        lines = (data / _FILE).read_text().splitlines()
    except FileNotFoundError:
        return None
    return Postmaster(int(lines[0]), lines[4].strip(), lines[7].strip()) if len(lines) >= 8 else None


def forget_dead(data: Path) -> None:
    """Remove what a server that died left behind, where its number is that of a zombie or another program now.

    PostgreSQL itself sees that a process is gone, but not that, as happens when a container is started again.
    """
    try:
        pid = int((data / _FILE).read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return
    if _program(pid) != "postgres":
        for path in [data / _FILE, *data.glob(f"{SOCKET_NAME}*")]:
            path.unlink()


def _program(pid: int) -> str:
    """The name of the program that a process runs; empty where there is no process, or only its zombie."""
    if Path("/proc/self/cmdline").exists():
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return ""
        return Path(os.fsdecode(line.partition(b"\0")[0])).name
    found = subprocess.run(["ps", "-p", str(pid), "-o", "stat=,comm="], capture_output=True, text=True, check=False)
    state, _, program = found.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else Path(program.strip()).name
