"""Who may read what: bearer tokens, of which only digests are kept."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from featurec.diagnostic import Diagnostic
from featurec.errors import CannotOperate
from featurec.serve.problem import Problem, problem

PREFIX = "fct_"
_FILE_BYTES = 1 << 20


@dataclass(frozen=True)
class Token:
    """A token as the file has it.

    Attributes:
        name: who it was given to; what the audit log says.
        digest: SHA-256 of the token, hex.
        services: that it may read; None for all.
        per_second: requests that it may send; None for any number.
    """

    name: str
    digest: str
    services: frozenset[str] | None
    per_second: int | None = None

    def may_read(self, service: str) -> bool:
        """Whether it was given out for the service."""
        return self.services is None or service in self.services


def new_token() -> tuple[str, str]:
    """A token of 256 random bits, and its digest."""
    token = PREFIX + secrets.token_urlsafe(32)
    return token, digest(token.encode())


def digest(token: bytes) -> str:
    """SHA-256, which is enough for what is random and long."""
    return hashlib.sha256(token).hexdigest()


def identify(tokens: Sequence[Token], headers: Sequence[tuple[bytes, bytes]]) -> Token:
    """Whose token a request has; all are compared, however early one fits. Raises Problem (401)."""
    given = [value for name, value in headers if name == b"authorization"]
    scheme, _, token = given[0].partition(b" ") if len(given) == 1 else (b"", b"", b"")
    found: Token | None = None
    presented = digest(token.strip())
    for candidate in tokens:
        if hmac.compare_digest(candidate.digest, presented):
            found = candidate
    if found is None or scheme.lower() != b"bearer":
        raise _unauthorized()
    return found


class Rates:
    """How many requests each token may still send; as many as in a second at once."""

    def __init__(self) -> None:
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, token: Token, now: float) -> None:
        """Count a request. Raises Problem (429).

        Args:
            now: seconds of a clock that only goes on.
        """
        if token.per_second is None:
            return
        left, since = self._left.get(token.digest, (float(token.per_second), now))
        left = min(float(token.per_second), left + (now - since) * token.per_second)
        self._left[token.digest] = (max(left - 1, 0), now) if left >= 1 else (left, now)
        if left < 1:
            claim = f"`{token.name}` sends more than {token.per_second} requests a second"
            found = problem(429, "too-many-requests", claim)
            found.headers["retry-after"] = "1"
            raise found


def _unauthorized() -> Problem:
    found = problem(401, "unauthorized", "no token of this server was sent", fix="send `Authorization: Bearer TOKEN`")
    found.headers["www-authenticate"] = "Bearer"
    return found


def load(path: Path) -> tuple[Token, ...]:
    """The tokens of a file in YAML or JSON. Raises CannotOperate (FC970) where it is not as it must be."""
    try:
        content = path.read_bytes()
        if len(content) > _FILE_BYTES:
            raise _refused(path, "it has more than 1 MiB")
        found = yaml.safe_load(content)
    except OSError as error:
        raise _refused(path, error.strerror or str(error)) from None
    except yaml.YAMLError as error:
        raise _refused(path, _unreadable(error)) from None
    entries = found.get("tokens") if isinstance(found, dict) else None
    if not isinstance(entries, list):
        raise _refused(path, "it has no list `tokens`")
    if not entries:
        raise _refused(path, "its list `tokens` is empty")
    tokens = tuple(_token(path, number, entry) for number, entry in enumerate(entries))
    names = [token.name for token in tokens]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise _refused(path, f"the name `{twice[0]}` is given twice")
    return tokens


def _token(path: Path, number: int, entry: object) -> Token:
    if not isinstance(entry, Mapping) or not set(entry) <= {"name", "sha256", "services", "per_second"}:
        raise _refused(path, f"item {number} of `tokens` is not made of `name`, `sha256`, `services` and `per_second`")
    name, sha256, services = entry.get("name"), entry.get("sha256"), entry.get("services")
    if not isinstance(name, str) or not name:
        raise _refused(path, f"item {number} of `tokens` has no `name`")
    if not isinstance(sha256, str) or len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise _refused(path, f"`sha256` of `{name}` is not 64 hexadecimal digits in lower case")
    rate = entry.get("per_second")
    if rate is not None and (rate.__class__ is not int or rate < 1):
        raise _refused(path, f"`per_second` of `{name}` is not a whole number above 0")
    if services == "*":
        return Token(name, sha256, None, rate)
    if not isinstance(services, list) or not services or not all(isinstance(s, str) for s in services):
        raise _refused(path, f'`services` of `{name}` is neither a list of services nor "*"')
    return Token(name, sha256, frozenset(services), rate)


def _unreadable(error: yaml.YAMLError) -> str:
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    if not isinstance(error, yaml.MarkedYAMLError) or mark is None:
        return "it is not YAML: " + " ".join(str(error).split())
    return f"it is not YAML: {error.problem} in line {mark.line + 1}, column {mark.column + 1}"


def _refused(path: Path, cause: str) -> CannotOperate:
    fix = "make entries for it with `featurec serve token NAME`"
    return CannotOperate([Diagnostic("FC970", f"{path} is not a file of tokens", cause=cause, fix=fix)])
