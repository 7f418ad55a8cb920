"""What a server offers, and the two ways of asking for it."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from time import perf_counter

from featurec.diagnostic import Diagnostic, has_errors
from featurec.errors import FeaturecError
from featurec.online.on_demand import Prepared
from featurec.online.read import EntityFeatures
from featurec.serve import column_shape, row_shape
from featurec.serve.answer import entity_features, types_of
from featurec.serve.bound import Bound
from featurec.serve.feature_log import Answered, FeatureLog
from featurec.serve.json_body import read
from featurec.serve.limits import Limits
from featurec.serve.metrics import FEATURES, Metrics
from featurec.serve.pool import Rows
from featurec.serve.problem import of_findings, problem, unanswerable
from featurec.serve.question import Question
from featurec.serve.requests import Given, asked_for, entity_columns, entity_rows, flag
from featurec.serve.store import Store
from featurec.serve.tokens import Token
from featurec.spec import FeatureRequest

Prepare = Callable[[tuple[FeatureRequest, ...], bool], tuple[Prepared | None, list[Diagnostic]]]
"""``Prepared.of`` of the project: requests, and whether names are full."""

_PREPARED_AT_A_TIME = 256


@dataclass(frozen=True)
class Read:
    """A read that was answered, and what the audit log has of it: how many entities, and the columns of join keys."""

    entities: int
    keys: Sequence[Sequence[object]]
    content: bytes


@dataclass(frozen=True)
class Endpoints:
    """The endpoints that read.

    Attributes:
        services: name -> what it asks for; only these are offered.
        open: whether features may be asked for that no service has.
        on_demand: view -> features, of views that are computed of the request.
        prepare: for those.
        log: told of every answer; None for nobody.
    """

    store: Store
    services: Mapping[str, tuple[FeatureRequest, ...]]
    open: bool
    limits: Limits
    metrics: Metrics
    clock: Callable[[], datetime]
    on_demand: Mapping[str, Collection[str]]
    prepare: Prepare
    log: FeatureLog | None = None
    _prepared: dict[Question, Prepared] = field(default_factory=dict, init=False, repr=False)

    def check_service(self, name: str, token: Token | None) -> None:
        """Raises Problem (404) where there is no such service, or it is not for the caller."""
        if name not in self.services or not (token is None or token.may_read(name)):
            fix = "GET /v1/services lists those that are"
            raise problem(404, "unknown-service", "there is no such service, or it is not yours to read", fix=fix)

    async def rows(self, name: str, body: bytes, token: Token | None) -> Read:
        """``POST /v1/features/{service}``. Raises Problem."""
        self.check_service(name, token)
        asked = read(body, self.limits.depth)
        times = flag(asked, "metadata")
        question = self._questions[name, flag(asked, "full_feature_names")]
        prepared = self.prepared(question)
        if prepared is None:
            wanted = (await self.store.bound(question)).columns
        else:
            inputs = (one.name for one in prepared.inputs)
            stored = (await self.store.bound(Question(prepared.requests, True))).columns if prepared.requests else ()
            wanted = tuple(dict.fromkeys((*stored, *inputs)))
        given = entity_rows(asked, wanted, self.limits)
        if prepared is not None:
            return await self._computed(name, question, prepared, given, times=times, columnar=False)
        return await self._answer(name, question, given, times=times, columnar=False)

    async def columns(self, body: bytes, token: Token | None, named: Callable[[str], None]) -> Read:
        """``POST /get-online-features``, as Feast asks. Raises Problem.

        Args:
            named: told of the service once it is known that the caller may read it.
        """
        asked = read(body, self.limits.depth)
        full = flag(asked, "full_feature_names")
        wanted = asked_for(asked, self.limits)
        if isinstance(wanted, str):
            self.check_service(wanted, token)
            name, question = wanted, self._questions[wanted, full]
        else:
            name, question = FEATURES, Question(wanted, full)
            await self._check_offered(wanted, token)
        named(name)
        given = entity_columns(asked, self.limits)
        prepared = self.prepared(question)
        if prepared is not None:
            return await self._computed(name, question, prepared, given, times=True, columnar=True)
        return await self._answer(name, question, given, times=True, columnar=True)

    @cached_property
    def _questions(self) -> Mapping[tuple[str, bool], Question]:
        """Those of services, by name and whether names of features are full."""
        return {(name, full): Question(asked, full) for name, asked in self.services.items() for full in (False, True)}

    def prepared(self, question: Question) -> Prepared | None:
        """What questions for on-demand views are answered by; None for any other. Raises Problem (422, 503)."""
        if not self.on_demand or not any(request.view in self.on_demand for request in question.requests):
            return None
        found = self._prepared.get(question)
        if found is None:
            found, findings = self.prepare(question.requests, question.full)
            if has_errors(findings):
                raise unanswerable(findings)
            if found is not None:
                if len(self._prepared) >= _PREPARED_AT_A_TIME:
                    self._prepared.pop(next(iter(self._prepared)))
                self._prepared[question] = found
        return found

    async def _answer(self, name: str, question: Question, given: Given, *, times: bool, columnar: bool) -> Read:
        """The answer of what is stored."""
        now = self.clock()
        began = perf_counter()
        bound, rows = await self.store.read(question, given.columns, now, times or self.log is not None)
        took = perf_counter() - began
        self._within(name, len(bound.names))
        keys = {column: given.columns[column] for column in bound.columns}
        if self.log is not None:
            self.log(Answered(name, now, question, bound, rows, given.rows))
        if columnar:
            made = column_shape.rows_body(bound, rows, keys)
        else:
            made = row_shape.rows_body(
                bound, rows, bound.timed if times or self.log is not None else bound.plain, times
            )
        self.metrics.read(name, given.count, took, made.statuses)
        return Read(given.count, list(keys.values()), made.content)

    async def _computed(
        self,
        name: str,
        question: Question,
        prepared: Prepared,
        given: Given,
        *,
        times: bool,
        columnar: bool,
    ) -> Read:
        """The answer of what is stored and what is computed of it and of the request."""
        now = self.clock()
        began = perf_counter()
        entities = given.rows
        answers = [EntityFeatures(entity, {}) for entity in entities]
        bound: Bound | None = None
        rows: Rows = []
        keys: dict[str, Sequence[object]] = {}
        if prepared.requests:
            bound, rows = await self.store.read(Question(prepared.requests, True), given.columns, now, times=True)
            keys = {column: given.columns[column] for column in bound.columns}
            answers = entity_features(bound, rows, entities)
        took = perf_counter() - began
        try:
            answers = await asyncio.to_thread(prepared.evaluate, entities, answers)
        except FeaturecError as refused:
            raise of_findings(422, refused.diagnostics) from None
        self._within(name, len(answers[0].features))
        if self.log is not None:
            self.log(Answered(name, now, question, bound, rows, entities, prepared, answers))
        types = types_of(bound, prepared)
        if columnar:
            inputs = {one.name: given.columns[one.name] for one in prepared.inputs if one.name not in keys}
            made = column_shape.answers_body(types, answers, {**keys, **inputs})
        else:
            made = row_shape.answers_body(bound, types, answers, times)
        self.metrics.read(name, given.count, took, made.statuses)
        return Read(given.count, list(keys.values()), made.content)

    def _within(self, name: str, features: int) -> None:
        if features > self.limits.features:
            claim = f"{name} has {features} features, and an answer has {self.limits.features} at most"
            raise problem(422, "too-many-features", claim)

    async def _check_offered(self, requests: Sequence[FeatureRequest], token: Token | None) -> None:
        """Raises Problem (404) where a feature is not offered to the caller, not even by a version that was just exported."""
        await self.store.ask_once()
        if self._not_offered(requests, token) is None:
            return
        await self.store.refresh()
        unknown = self._not_offered(requests, token)
        if unknown is not None:
            claim = f"there is no feature `{unknown[:128]}`, or it is not yours to read"
            raise problem(404, "unknown-feature", claim, fix="GET /v1/services lists those that are")

    def _not_offered(self, requests: Sequence[FeatureRequest], token: Token | None) -> str | None:
        active = self.store.active
        every = token is None or token.services is None
        for request in requests:
            version = active.get(request.view)
            known = {f.name for f in version.view.features} if version else set(self.on_demand.get(request.view, ()))
            if not (self.open and every):
                known &= self._in_services(request.view, known, token)
            for name in request.features or ():
                if name not in known:
                    return f"{request.view}:{name}"
        return None

    def _in_services(self, view: str, known: set[str], token: Token | None) -> set[str]:
        found: set[str] = set()
        for name, requests in self.services.items():
            if token is None or token.may_read(name):
                for request in requests:
                    if request.view == view:
                        found |= known if request.features is None else set(request.features)
        return found
