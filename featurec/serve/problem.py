"""What a request that cannot be answered is told: a status, and findings as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import orjson

from featurec.diagnostic import Diagnostic


class Problem(Exception):
    """A request is answered with this status and these findings.

    Attributes:
        status: of HTTP.
        findings: what is wrong; the code of one that has no page is a word, such as ``body-too-large``.
        headers: that the answer has besides the usual ones.
        close: whether the connection ends with the answer, as the rest of the request is not read.
    """

    def __init__(
        self,
        status: int,
        *findings: Diagnostic,
        headers: Mapping[str, str] | None = None,
        close: bool = False,
    ) -> None:
        self.status = status
        self.findings = findings
        self.headers = dict(headers or {})
        self.close = close
        super().__init__("; ".join(f.claim for f in findings))

    @property
    def body(self) -> bytes:
        """``{"detail": text, "errors": [{"code", "claim", "cause", "fix"}, …]}``."""
        told = [{"code": f.code, "claim": f.claim, "cause": f.cause, "fix": f.fix} for f in self.findings]
        return orjson.dumps({"detail": "; ".join(_sentence(f) for f in self.findings), "errors": told})


def problem(status: int, code: str, claim: str, cause: str = "", fix: str = "", *, close: bool = False) -> Problem:
    """A problem of one finding."""
    return Problem(status, Diagnostic(code, claim, cause=cause, fix=fix), close=close)


def busy(claim: str, cause: str, code: str = "busy") -> Problem:
    """503: the same request may be answered a moment later."""
    finding = Diagnostic(code, claim, cause=cause, fix="send the request again after the seconds in `Retry-After`")
    return Problem(503, finding, headers={"retry-after": "1"})


def of_findings(status: int, findings: Sequence[Diagnostic]) -> Problem:
    """The findings of a read; the first ones, where there are many."""
    return Problem(status, *[_for_clients(found) for found in list(dict.fromkeys(findings))[:20]])


def unanswerable(findings: Sequence[Diagnostic]) -> Problem:
    """Why features cannot be read: 422 where another request for them can be answered, else 503."""
    return of_findings(422 if all(found.code == "FC264" for found in findings) else 503, findings)


def _for_clients(finding: Diagnostic) -> Diagnostic:
    """A finding whose remedy is something to send and no option of a command."""
    return replace(finding, fix='send `"full_feature_names": true`') if finding.code == "FC264" else finding


def _sentence(finding: Diagnostic) -> str:
    cause = f": {finding.cause}" if finding.cause else ""
    fix = f" ({finding.fix})" if finding.fix else ""
    return f"{finding.code}: {finding.claim}{cause}{fix}"
