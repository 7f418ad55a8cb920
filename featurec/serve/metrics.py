"""What a server counts, for Prometheus. The only importer of prometheus_client.

Labels are endpoints, services of the project, statuses and reasons, so that their number is bounded whatever is asked.
Processes that ``workers`` has started count in files of one folder, and each of them tells the sums.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from featurec.serve.pool import Sizes

CONTENT_TYPE = CONTENT_TYPE_LATEST
FEATURES = "(features)"
"""The service of a request that lists features."""

_SECONDS = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
_ENTITIES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)

disable_created_metrics()


class Metrics:
    """The counters of one server.

    Args:
        sizes: of its pool of sessions.
        shared: whether other processes count in the same folder.
    """

    def __init__(self, sizes: Callable[[], Sizes], shared: bool = False) -> None:
        self._sizes = sizes
        self._shared = shared
        self._registry = CollectorRegistry(auto_describe=False)
        self._requests = cache(
            self._counter(
                "requests", "Requests by endpoint, service and HTTP status.", ("endpoint", "service", "status")
            ).labels
        )
        self._seconds = cache(
            self._histogram(
                "request_seconds", "Time from the head of a request to its answer.", ("endpoint", "service"), _SECONDS
            ).labels
        )
        self._database = cache(
            self._histogram(
                "database_seconds", "Time of reads of the online store, waiting included.", ("service",), _SECONDS
            ).labels
        )
        self._entities = cache(self._histogram("entities", "Entities in a request.", ("service",), _ENTITIES).labels)
        self._values = cache(self._counter("values", "Values in answers by status.", ("service", "status")).labels)
        self._lost = self._counter("lost_records", "Records that no log could take.", ("log",))
        self._sessions = self._gauge("pool_sessions", "Sessions of the online store.", ("state",))
        self._waiting = self._gauge("pool_waiting", "Requests that wait for a session.", ())

    def _counter(self, name: str, told: str, labels: Sequence[str]) -> Counter:
        return Counter(f"featurec_{name}", told, labels, registry=self._registry)

    def _histogram(self, name: str, told: str, labels: Sequence[str], bounds: Sequence[float]) -> Histogram:
        return Histogram(f"featurec_{name}", told, labels, registry=self._registry, buckets=bounds)

    def _gauge(self, name: str, told: str, labels: Sequence[str]) -> Gauge:
        return Gauge(f"featurec_{name}", told, labels, registry=self._registry, multiprocess_mode="livesum")

    def answered(self, endpoint: str, service: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._requests(endpoint, service, status).inc()
        self._seconds(endpoint, service).observe(seconds)

    def read(self, service: str, entities: int, seconds: float, statuses: Mapping[str, int]) -> None:
        """The online store was read for a request."""
        self._database(service).observe(seconds)
        self._entities(service).observe(entities)
        for status, count in statuses.items():
            if count:
                self._values(service, status).inc(count)

    def lost(self, log: str, records: int = 1) -> None:
        """Records could not be written."""
        self._lost.labels(log).inc(records)

    def sample(self) -> None:
        """Take down what is not counted but looked at."""
        sizes = self._sizes()
        self._sessions.labels("open").set(sizes.size)
        self._sessions.labels("free").set(sizes.free)
        self._waiting.set(sizes.waiting)

    def text(self) -> bytes:
        """All of it in Prometheus' form."""
        self.sample()
        registry = self._registry
        if self._shared:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)
        return generate_latest(registry)


def forget(process: int) -> None:
    """Leave the sessions of a process that has ended out of the sums."""
    mark_process_dead(process)
