"""A sample of what was answered, in Parquet files, for ``featurec verify --replay``.

A request costs a digest for each of its entities; the rest happens in a thread of its own. Where that does not keep up,
rows are left out and counted, and serving never waits.
"""

import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from itertools import count
from pathlib import Path

import orjson

from featurec.diagnostic import Diagnostic
from featurec.errors import CannotOperate
from featurec.online.encoding import encode_key
from featurec.online.logged import LoggedFeature, LoggedKey, LoggedLookup, Shape, fits, row_of, write
from featurec.online.on_demand import Prepared
from featurec.online.read import Asked, EntityFeatures
from featurec.online_type import ValueType
from featurec.serve.answer import entity_features
from featurec.serve.bound import Bound, utc
from featurec.serve.pool import Rows
from featurec.serve.question import Question

ROWS_PER_FILE = 10_000
SECONDS_PER_FILE = 60.0
WAITING_ROWS = 50_000
_SHAPES = 256
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FeatureLogSettings:
    """What is logged, and where.

    Attributes:
        folder: of the files; made where it is missing.
        share: of entities, from 0 to 1.
        on_demand: view that is computed of the request -> fingerprint of its version.
    """

    folder: Path
    share: float
    on_demand: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answered:
    """An answer, as whoever logs it is told.

    Attributes:
        at: the instant of the request.
        bound, rows: what was read, with times; None and nothing where all is computed of the request.
        entities: what the request gave of each.
        prepared, answers: where something was computed of them, what by, and the whole answers.
    """

    service: str
    at: datetime
    question: Question
    bound: Bound | None
    rows: Rows
    entities: Sequence[Mapping[str, object]]
    prepared: Prepared | None = None
    answers: Sequence[EntityFeatures] = ()


class FeatureLog:
    """The log of one server.

    Args:
        lost: is told how many rows could not be written.

    Raises CannotOperate (FC957) where the folder cannot be written to.
    """

    def __init__(self, settings: FeatureLogSettings, lost: Callable[[int], None]) -> None:
        self._settings = settings
        self._lost = lost
        self._shapes: dict[tuple[object, ...], Shape] = {}
        self._waiting = 0
        self._lock = threading.Lock()
        self._queue: queue.SimpleQueue[tuple[Shape, Answered] | None] = queue.SimpleQueue()
        self._numbers = count(1)
        _check_writable(settings.folder)
        self._thread = threading.Thread(target=self._write, name="featurec-feature-log", daemon=True)
        self._thread.start()

    def __call__(self, answered: Answered) -> None:
        """Log the entities of an answer that are in the sample."""
        shape = self._shape(answered)
        chosen = sampled(shape, answered.entities, self._settings.share)
        if not chosen:
            return
        with self._lock:
            full = self._waiting + len(chosen) > WAITING_ROWS
            if full:
                self._lost(len(chosen))
                return
            self._waiting += len(chosen)
        part = replace(
            answered,
            rows=[answered.rows[n] for n in chosen] if answered.rows else [],
            entities=[answered.entities[n] for n in chosen],
            answers=[answered.answers[n] for n in chosen] if answered.answers else (),
        )
        self._queue.put((shape, part))

    def close(self) -> None:
        """Write what is waiting, and end."""
        self._queue.put(None)
        self._thread.join()

    def _shape(self, answered: Answered) -> Shape:
        key = (
            answered.service,
            answered.question,
            tuple(asked.view.fingerprint for asked in answered.bound.asked) if answered.bound else (),
        )
        found = self._shapes.get(key)
        if found is None:
            if len(self._shapes) >= _SHAPES:
                self._shapes.pop(next(iter(self._shapes)))
            found = self._shapes[key] = shape_of(answered, self._settings.on_demand)
        return found

    def _write(self) -> None:
        """Runs in the thread: gathers rows by shape, and writes those that are many or old."""
        gathered: dict[bytes, _Gathered] = {}
        while True:
            due = min((g.since + SECONDS_PER_FILE for g in gathered.values()), default=None)
            ended = False
            try:
                item = self._queue.get(timeout=None if due is None else max(0.0, due - time.monotonic()))
            except queue.Empty:
                item = None
            else:
                ended = item is None
            if item is not None:
                shape, answered = item
                found = gathered.setdefault(shape.text, _Gathered(shape, time.monotonic()))
                self._gather(found, answered)
            for key, one in list(gathered.items()):
                old = time.monotonic() - one.since >= SECONDS_PER_FILE
                crowded = len(gathered) > _SHAPES and key == next(iter(gathered))
                if ended or old or crowded or len(one.rows) >= ROWS_PER_FILE:
                    self._flush(gathered.pop(key))
            if ended:
                return

    def _gather(self, into: "_Gathered", answered: Answered) -> None:
        try:
            into.rows += rows_of(into.shape, answered)
        except (ArithmeticError, AssertionError, LookupError, TypeError, ValueError):
            # The thread must live: a value that nobody has thought of costs its rows, and is told with its place.
            self._give_up(len(answered.entities))
            _log.warning("rows of the feature log were lost", exc_info=True)
        with self._lock:
            self._waiting -= len(answered.entities)

    def _flush(self, gathered: "_Gathered") -> None:
        if not gathered.rows:
            return
        shape = gathered.shape
        first = gathered.rows[0]["requested_at"]
        assert isinstance(first, datetime)
        name = f"{first:%Y%m%dT%H%M%S%f}Z-{os.getpid()}-{next(self._numbers)}.parquet"
        path = self._settings.folder / _folder(shape.service) / shape.digest / name
        rows = gathered.rows
        try:
            try:
                write(shape, rows, path)
            except (ArithmeticError, TypeError, ValueError):
                # One row that has no form in a file is not to cost those beside it.
                rows = [row for row in rows if fits(shape, row)]
                self._told(len(gathered.rows) - len(rows), "they have values that no file of their types can have")
                if rows:
                    write(shape, rows, path)
        except (ArithmeticError, OSError, TypeError, ValueError) as error:
            self._told(len(rows), error)

    def _told(self, rows: int, why: object) -> None:
        self._give_up(rows)
        _log.warning("%d rows of the feature log were lost: %s", rows, why)

    def _give_up(self, rows: int) -> None:
        with self._lock:
            self._lost(rows)


@dataclass
class _Gathered:
    """Rows of one shape that wait for being written."""

    shape: Shape
    since: float
    rows: list[dict[str, object]] = field(default_factory=list)


def sampled(shape: Shape, entities: Sequence[Mapping[str, object]], share: float) -> Sequence[int]:
    """Which entities are in the sample: always or never, however a key is written and whichever service is asked."""
    if share >= 1:
        return range(len(entities))
    if shape.key_types:
        columns = [
            [f"{name}={_text(kind, entity[name])}" for entity in entities]
            for name, kind in sorted(shape.key_types.items(), key=lambda key: key[0])
        ]
    else:
        columns = [
            [f"{name}={orjson.dumps(entity[name], default=str).decode()}" for entity in entities]
            for name in sorted(shape.inputs)
        ]
    texts = columns[0] if len(columns) == 1 else ["\n".join(parts) for parts in zip(*columns, strict=True)]
    limit = int(share * 2**64)
    return [
        number
        for number, text in enumerate(texts)
        if int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) < limit
    ]


def _text(kind: ValueType, value: object) -> object:
    """A key as it is digested, equal for equal keys; what most keys are takes no reading."""
    if value.__class__ is int and kind.kind == "integer":
        return value
    return value if kind.kind == "text" else encode_key([kind], [value])


def shape_of(answered: Answered, on_demand: Mapping[str, str]) -> Shape:
    """What answers like this one have in common."""
    asked = answered.bound.asked if answered.bound else ()
    stored = {feature.output: feature for lookup in asked for feature in _features(lookup)}
    prepared = answered.prepared
    if prepared is None:
        features = tuple(stored.values())
    else:
        computed = {r.name: r for r in prepared.program.results}
        views = {r.prefix: r.view for r in answered.question.requests}
        found = []
        for role, names in prepared.program.order:
            every = [name for name in stored if name.startswith(f"{role}__")]
            for full in every if names is None else [f"{role}__{name}" for name in names]:
                shown = full if answered.question.full else full.partition("__")[2]
                if full in computed:
                    name, result = full.partition("__")[2], computed[full]
                    found.append(
                        LoggedFeature(shown, role, views[role], name, result.type, result.default, False, True)
                    )
                else:
                    found.append(replace(stored[full], output=shown))
        features = tuple(found)
    asked_views = {request.view for request in answered.question.requests}
    return Shape(
        answered.service,
        answered.question.full,
        tuple(replace(request, span=None) for request in answered.question.requests),
        tuple(
            LoggedLookup(
                lookup.request.prefix,
                lookup.view.name,
                lookup.view.fingerprint,
                lookup.view.ttl,
                tuple(
                    LoggedKey(key.name, key.type or "", column)
                    for key, column in zip(lookup.view.join_keys, lookup.columns(), strict=True)
                ),
            )
            for lookup in asked
        ),
        features,
        tuple(one.name for one in prepared.inputs) if prepared else (),
        {view: fingerprint for view, fingerprint in on_demand.items() if view in asked_views},
    )


def _features(lookup: Asked) -> list[LoggedFeature]:
    role, view = lookup.request.prefix, lookup.view.name
    return [
        LoggedFeature(output, role, view, feature.name, feature.type, feature.default, feature.windowed)
        for output, (feature, _) in lookup.features.items()
    ]


def rows_of(shape: Shape, answered: Answered) -> list[dict[str, object]]:
    """The rows of an answer, one for each entity."""
    answers = answered.answers
    if answered.prepared is None and answered.bound is not None:
        answers = entity_features(answered.bound, answered.rows, answered.entities)
    exported = [_exported(answered.bound, row) for row in answered.rows] if answered.bound else [{}] * len(answers)
    return [
        row_of(shape, answered.at, instants, entity, answer)
        for instants, entity, answer in zip(exported, answered.entities, answers, strict=True)
    ]


def _exported(bound: Bound | None, row: Sequence[object]) -> dict[str, datetime]:
    """Role -> the instant of the export that the answer is of."""
    found = {}
    for reading in bound.timed.readings if bound else ():
        assert reading.as_of is not None
        told = row[reading.as_of]
        found[reading.prefix] = utc(told) if isinstance(told, datetime) else reading.asked.exported
    return {role: instant for role, instant in found.items() if instant is not None}


def _folder(service: str) -> str:
    """A name of a folder; services are called by identifiers, and what no service has by none."""
    return service if service.isidentifier() else "_features"


def _check_writable(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / f".featurec-{os.getpid()}"
        probe.touch(mode=0o600)
        probe.unlink()
    except OSError as error:
        fix = "name a folder that the server may write to, or one that it may make"
        raise CannotOperate(
            [
                Diagnostic(
                    "FC957", f"`{folder}` cannot be the folder of --log-features", cause=str(error.strerror), fix=fix
                )
            ]
        ) from None
