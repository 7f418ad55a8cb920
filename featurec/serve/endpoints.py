"""What a server offers, and the two ways of asking for it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

from featurec.online.read import EntityFeatures
from featurec.serve import column_shape, row_shape
from featurec.serve.answer import Body, entity_features
from featurec.serve.json_body import read
from featurec.serve.limits import Limits
from featurec.serve.metrics import FEATURES, Metrics
from featurec.serve.problem import problem
from featurec.serve.requests import Given, asked_for, entity_columns, entity_rows, flag
from featurec.serve.store import Store
from featurec.serve.tokens import Token
from featurec.spec import FeatureRequest

FeatureLog = Callable[[str, datetime, Sequence[Mapping[str, object]], Sequence[EntityFeatures]], None]
"""Is told the service, the instant of a request, its entities and what they were answered."""


@dataclass(frozen=True)
class Read:
    """A read that was answered, as the audit log has it: the columns of join keys."""

    service: str
    keys: Sequence[Sequence[object]]
    content: bytes


@dataclass(frozen=True)
class Endpoints:
    """The endpoints that read.

    Attributes:
        services: name -> what it asks for; only these are offered.
        open: whether features may be asked for that no service has.
        log: told of every answer; None for nobody.
    """

    store: Store
    services: Mapping[str, tuple[FeatureRequest, ...]]
    open: bool
    limits: Limits
    metrics: Metrics
    clock: Callable[[], datetime]
    log: FeatureLog | None = None

    def service(self, name: str, token: Token | None) -> tuple[FeatureRequest, ...]:
        """What a service asks for. Raises Problem (404) where there is none, or it is not for the caller."""
        found = self.services.get(name) if token is None or token.may_read(name) else None
        if found is None:
            raise problem(404, "unknown-service", "there is no such service, or it is not yours to read")
        return found

    async def rows(self, name: str, body: bytes, token: Token | None) -> Read:
        """``POST /v1/features/{service}``. Raises Problem."""
        requests = self.service(name, token)
        asked = read(body, self.limits.depth)
        times = flag(asked, "metadata")
        full = flag(asked, "full_feature_names")
        bound = await self.store.bound(requests, full)
        given = entity_rows(asked, bound.columns, self.limits)
        return await self._answer(name, requests, full, given, times=times, columnar=False)

    async def columns(self, body: bytes, token: Token | None) -> Read:
        """``POST /get-online-features``, as Feast asks. Raises Problem."""
        asked = read(body, self.limits.depth)
        full = flag(asked, "full_feature_names")
        wanted = asked_for(asked, self.limits)
        if isinstance(wanted, str):
            name, requests = wanted, self.service(wanted, token)
        else:
            name, requests = FEATURES, wanted
            self._offered(requests, token)
        given = entity_columns(asked, self.limits)
        return await self._answer(name, requests, full, given, times=True, columnar=True)

    async def _answer(
        self, name: str, requests: tuple[FeatureRequest, ...], full: bool, given: Given, *, times: bool, columnar: bool
    ) -> Read:
        now = self.clock()
        began = perf_counter()
        logged = self.log is not None
        bound, rows = await self.store.read(requests, full, given.columns, now, times or logged)
        took = perf_counter() - began
        if len(bound.names) > self.limits.features:
            raise problem(422, "too-many-features", f"{name} has more than {self.limits.features} features")
        keys = {column: given.columns[column] for column in bound.columns}
        answers = entity_features(bound, rows, given.rows) if logged else []
        if self.log is not None:
            self.log(name, now, given.rows, answers)
        made: Body
        if columnar:
            made = column_shape.rows_body(bound, rows, keys)
        elif times or not logged:
            made = row_shape.rows_body(bound, rows, times)
        else:
            made = row_shape.answers_body(bound, answers, times)
        self.metrics.read(name, given.count, took, made.statuses)
        return Read(name, list(keys.values()), made.content)

    def _offered(self, requests: Sequence[FeatureRequest], token: Token | None) -> None:
        """Refuse features that are not offered to the caller. Raises Problem (404)."""
        active = self.store.active
        every = token is None or token.services is None
        for request in requests:
            version = active.get(request.view)
            known = {f.name for f in version.view.features} if version else set()
            if not (self.open and every):
                known &= self._in_services(request.view, known, token)
            for name in request.features or ():
                if name not in known:
                    reference = f"{request.view}:{name}"[:128]
                    claim = f"there is no feature `{reference}`, or it is not yours to read"
                    raise problem(404, "unknown-feature", claim)

    def _in_services(self, view: str, known: set[str], token: Token | None) -> set[str]:
        found: set[str] = set()
        for name, requests in self.services.items():
            if token is None or token.may_read(name):
                for request in requests:
                    if request.view == view:
                        found |= known if request.features is None else set(request.features)
        return found
