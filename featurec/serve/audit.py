"""The log of reads: who asked for how many entities of which service; keys only as salted digests."""

import fcntl
import hashlib
import logging
import os
import secrets
import stat
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import orjson

from featurec.diagnostic import Diagnostic
from featurec.errors import CannotOperate

_log = logging.getLogger("featurec.serve")


class AuditLog:
    """A file of JSON lines, each in one write, so that several processes may share it.

    Its first line has the salt: whoever may read the file can tell whether a key that they know is in it. A file that is
    renamed by a rotation is followed by a new one with a new salt once ``reopen`` is called.
    """

    def __init__(self, path: Path, lost: Callable[[str], None]) -> None:
        self._path = path
        self._lost = lost
        self._file, self._salt = _open(path)

    def record(
        self,
        at: datetime,
        token: str | None,
        service: str,
        entities: int,
        keys: Sequence[Sequence[object]],
        status: int,
        seconds: float,
    ) -> None:
        """A line. A disk that is full costs the line and is counted, not the answer.

        Args:
            entities: how many were asked for, of a read that was answered.
            keys: columns of the join keys.
        """
        digests = [self._digest(entity) for entity in zip(*keys, strict=True)]
        line = {
            "time": at,
            "token": token,
            "service": service,
            "entities": entities,
            "keys": digests,
            "status": status,
            "ms": round(seconds * 1000, 3),
        }
        try:
            os.write(self._file, orjson.dumps(line, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE))
        except OSError as error:
            self._lost("audit")
            _log.warning("a line of the audit log was lost: %s", error.strerror)

    def reopen(self) -> None:
        """Open the path anew, as after a rotation."""
        before = self._file
        self._file, self._salt = _open(self._path)
        os.close(before)

    def close(self) -> None:
        """End it."""
        os.close(self._file)

    def _digest(self, entity: Sequence[object]) -> str:
        return hashlib.blake2b(orjson.dumps(entity, default=str), key=self._salt, digest_size=16).hexdigest()


def _open(path: Path) -> tuple[int, bytes]:
    """The file, which only its owner may read, and its salt."""
    try:
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
        if not stat.S_ISREG(os.fstat(file).st_mode):
            os.close(file)
            raise _refused(path, "it is no regular file, and a write to it might wait")
        # Others that open it at the same time wait until it has its salt; the lock ends with their descriptor or here.
        fcntl.flock(file, fcntl.LOCK_EX)
        first = os.pread(file, 4096, 0).partition(b"\n")[0]
        if not first:
            salt = secrets.token_bytes(16)
            os.write(file, orjson.dumps({"salt": salt.hex()}, option=orjson.OPT_APPEND_NEWLINE))
        else:
            salt = bytes.fromhex(orjson.loads(first)["salt"])
        fcntl.flock(file, fcntl.LOCK_UN)
        return file, salt
    except OSError as error:
        raise _refused(path, error.strerror or str(error)) from None
    except (ValueError, KeyError, TypeError):
        os.close(file)
        raise _refused(path, "it is another kind of file: its first line has no salt") from None


def _refused(path: Path, cause: str) -> CannotOperate:
    fix = "name a file that does not exist, in a folder that the server may write to"
    return CannotOperate([Diagnostic("FC971", f"{path} cannot be the audit log", cause=cause, fix=fix)])
