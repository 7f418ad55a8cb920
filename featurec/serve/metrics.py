"""What a server counts, for Prometheus. The only importer of prometheus_client.

Labels are endpoints, services of the project, statuses and reasons, so that their number is bounded whatever is asked.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from featurec.serve.pool import Sizes

CONTENT_TYPE = CONTENT_TYPE_LATEST
FEATURES = "(features)"
"""The service of a request that lists features."""

_SECONDS = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
_ENTITIES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


@dataclass
class _Distribution:
    """How many values were at most so large."""

    bounds: Sequence[float]
    total: float = 0.0
    counts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.counts = [0] * (len(self.bounds) + 1)

    def add(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    @property
    def buckets(self) -> list[tuple[str, float]]:
        names = [*(str(float(bound)) for bound in self.bounds), "+Inf"]
        return [(name, float(count)) for name, count in zip(names, accumulate(self.counts), strict=True)]


class Metrics:
    """The counters of one server. All are changed by its event loop alone, so that counting is adding a number."""

    def __init__(self, sizes: Callable[[], Sizes]) -> None:
        self._sizes = sizes
        self._requests: Counter[tuple[str, str, str]] = Counter()
        self._values: Counter[tuple[str, str]] = Counter()
        self._lost: Counter[str] = Counter()
        self._seconds: dict[tuple[str, str], _Distribution] = {}
        self._database: dict[str, _Distribution] = {}
        self._entities: dict[str, _Distribution] = {}

    def answered(self, endpoint: str, service: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._requests[endpoint, service, str(status)] += 1
        key = (endpoint, service)
        found = self._seconds.get(key)
        if found is None:
            found = self._seconds[key] = _Distribution(_SECONDS)
        found.add(seconds)

    def read(self, service: str, entities: int, seconds: float, statuses: Mapping[str, int]) -> None:
        """The online store was read for a request."""
        if service not in self._database:
            self._database[service] = _Distribution(_SECONDS)
            self._entities[service] = _Distribution(_ENTITIES)
        self._database[service].add(seconds)
        self._entities[service].add(entities)
        for status, count in statuses.items():
            if count:
                self._values[service, status] += count

    def lost(self, log: str, records: int = 1) -> None:
        """Records could not be written."""
        self._lost[log] += records

    def text(self) -> bytes:
        """All of it in Prometheus' form."""
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return generate_latest(registry)

    def collect(self) -> Iterator[Metric]:
        """The families, as prometheus_client asks for them."""
        requests = CounterMetricFamily(
            "featurec_requests",
            "Requests by endpoint, service and HTTP status.",
            labels=("endpoint", "service", "status"),
        )
        for labels, count in self._requests.items():
            requests.add_metric(labels, count)
        seconds = HistogramMetricFamily(
            "featurec_request_seconds", "Time from the head of a request to its answer.", labels=("endpoint", "service")
        )
        for of, found in self._seconds.items():
            seconds.add_metric(of, found.buckets, found.total)
        database = HistogramMetricFamily(
            "featurec_database_seconds", "Time of reads of the online store, waiting included.", labels=("service",)
        )
        entities = HistogramMetricFamily("featurec_entities", "Entities in a request.", labels=("service",))
        for family, distributions in ((database, self._database), (entities, self._entities)):
            for service, found in distributions.items():
                family.add_metric((service,), found.buckets, found.total)
        values = CounterMetricFamily("featurec_values", "Values in answers by status.", labels=("service", "status"))
        for of_values, count in self._values.items():
            values.add_metric(of_values, count)
        lost = CounterMetricFamily("featurec_lost_records", "Records that no log could take.", labels=("log",))
        for log, count in self._lost.items():
            lost.add_metric((log,), count)
        sizes = self._sizes()
        sessions = GaugeMetricFamily("featurec_pool_sessions", "Sessions of the online store.", labels=("state",))
        sessions.add_metric(("open",), sizes.size)
        sessions.add_metric(("free",), sizes.free)
        waiting = GaugeMetricFamily("featurec_pool_waiting", "Requests that wait for a session.", sizes.waiting)
        yield from (requests, seconds, database, entities, values, lost, sessions, waiting)
