"""What a server counts, for Prometheus. The only importer of prometheus_client.

Labels are endpoints, services of the project, statuses and reasons, so that their number is bounded whatever is asked.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from featurec.serve.pool import Sizes

CONTENT_TYPE = CONTENT_TYPE_LATEST
FEATURES = "(features)"
"""The service of a request that lists features."""

_SECONDS = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
_ENTITIES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


class Metrics:
    """The counters of one server."""

    def __init__(self, sizes: Callable[[], Sizes]) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "featurec_requests", "Requests by endpoint, service and HTTP status.", ("endpoint", "service", "status"),
            registry=self._registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "featurec_request_seconds", "Time from the whole request to its answer.", ("endpoint", "service"),
            buckets=_SECONDS, registry=self._registry,
        )  # fmt: skip
        self._database = Histogram(
            "featurec_database_seconds", "Time of reads of the online store, waiting for a session included.",
            ("service",), buckets=_SECONDS, registry=self._registry,
        )  # fmt: skip
        self._entities = Histogram(
            "featurec_entities", "Entities in a request.", ("service",), buckets=_ENTITIES, registry=self._registry
        )
        self._statuses = Counter(
            "featurec_values", "Values in answers by status.", ("service", "status"), registry=self._registry
        )
        self._lost = Counter(
            "featurec_lost_records", "Records of the audit log or of logged features that could not be written.",
            ("log",), registry=self._registry,
        )  # fmt: skip
        pool = Gauge("featurec_pool_sessions", "Sessions of the online store.", ("state",), registry=self._registry)
        pool.labels("open").set_function(lambda: sizes().size)
        pool.labels("free").set_function(lambda: sizes().free)
        waiting = Gauge("featurec_pool_waiting", "Requests that wait for a session.", registry=self._registry)
        waiting.set_function(lambda: sizes().waiting)
        self._child = lru_cache(maxsize=4096)(self._labelled)

    def _labelled(self, endpoint: str, service: str, status: int) -> tuple[Counter, Histogram]:
        return self._requests.labels(endpoint, service, str(status)), self._seconds.labels(endpoint, service)

    def answered(self, endpoint: str, service: str, status: int, seconds: float) -> None:
        """A request was answered."""
        requests, latency = self._child(endpoint, service, status)
        requests.inc()
        latency.observe(seconds)

    def read(self, service: str, entities: int, seconds: float, statuses: Mapping[str, int]) -> None:
        """The online store was read for a request."""
        self._database.labels(service).observe(seconds)
        self._entities.labels(service).observe(entities)
        for status, count in statuses.items():
            if count:
                self._statuses.labels(service, status).inc(count)

    def lost(self, log: str) -> None:
        """A record could not be written."""
        self._lost.labels(log).inc()

    def text(self) -> bytes:
        """All of it in Prometheus' form."""
        return generate_latest(self._registry)
