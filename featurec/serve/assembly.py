"""A server, put together from what it offers, to whom, and where it reads."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from featurec import clock
from featurec.diagnostic import Diagnostic
from featurec.online.on_demand import Prepared
from featurec.serve.app import App
from featurec.serve.audit import AuditLog
from featurec.serve.endpoints import Endpoints, Prepare
from featurec.serve.feature_log import FeatureLog, FeatureLogSettings
from featurec.serve.limits import Limits
from featurec.serve.metrics import Metrics
from featurec.serve.openapi import document
from featurec.serve.pool import Pool
from featurec.serve.reads import Reads
from featurec.serve.store import Store
from featurec.serve.tokens import Token
from featurec.spec import FeatureRequest


def _nothing_on_demand(_requests: tuple[FeatureRequest, ...], _full: bool) -> tuple[Prepared | None, list[Diagnostic]]:
    return None, []


@dataclass(frozen=True)
class Offer:
    """What a server reads, and for whom.

    Attributes:
        url, schema: of the online store.
        views: that are in it.
        services: name -> what it asks for; only these are offered.
        open: whether features may be asked for that no service has.
        tokens: who may ask; None for everybody who can reach the server.
        loopback: whether it answers for the local host only.
        audit_log: where reads are logged.
        on_demand: view -> features, of views that are computed of the request.
        prepare: what requests of those are answered by.
        log_features: which answers are logged, and where.
        workers: processes that answer together; more than one of them are started within ``workers.counting``.
    """

    url: str
    schema: str
    views: Collection[str]
    services: Mapping[str, tuple[FeatureRequest, ...]]
    open: bool = True
    tokens: tuple[Token, ...] | None = None
    loopback: bool = True
    audit_log: Path | None = None
    on_demand: Mapping[str, Collection[str]] = field(default_factory=dict)
    prepare: Prepare = _nothing_on_demand
    log_features: FeatureLogSettings | None = None
    workers: int = 1


def assemble(
    offer: Offer,
    version: str,
    address: str,
    limits: Limits | None = None,
    now: Callable[[], datetime] = clock.now,
) -> App:
    """The application, whose sessions are not open yet.

    Args:
        version: of featurec.
        address: at which the server is to be reached.

    Raises CannotOperate: FC971 where the audit log cannot be written, FC957 where logged features cannot.
    """
    limits = limits or Limits()
    pool = Pool(offer.url, limits)
    metrics = Metrics(lambda: pool.sizes, offer.workers > 1)
    store = Store(pool, offer.schema, sorted(offer.views), limits)
    audit = AuditLog(offer.audit_log, metrics.lost) if offer.audit_log else None
    settings = offer.log_features
    log = FeatureLog(settings, lambda rows: metrics.lost("features", rows)) if settings else None
    endpoints = Endpoints(store, offer.services, offer.open, limits, metrics, now, offer.on_demand, offer.prepare, log)
    described = document(version, offer.tokens is not None, [address])
    reads = Reads(endpoints, limits, offer.tokens)
    return App(reads, store, pool, metrics, now, described, offer.loopback, audit)
