"""`featurec serve` at half of what it can answer, for ten minutes or as long as FEATUREC_SOAK_SECONDS says."""

import os
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from featurec.online.postgres import PostgresOnlineStore
from tests.test_serve_command import served, written
from tests.test_serve_faults import Load

SECONDS = float(os.environ.get("FEATUREC_SOAK_SECONDS", "600"))
CLIENTS = 4
CAPACITY_SECONDS = 5


def used(pid: int) -> tuple[int, int, int]:
    """Resident pages, open descriptors and threads of a process."""
    process = Path(f"/proc/{pid}")
    resident = int((process / "statm").read_text().split()[1])
    return resident, len(os.listdir(process / "fd")), len(os.listdir(process / "task"))


def typical(samples: Sequence[tuple[int, int, int]]) -> list[float]:
    return [statistics.median(one) for one in zip(*samples, strict=True)]


@pytest.mark.slow
def test_half_load_leaves_memory_and_descriptors_as_they_were(
    tmp_path: Path,
    store: PostgresOnlineStore,
    postgres_database: str,
    record_property: Callable[[str, object], None],
) -> None:
    project = written(tmp_path, store, postgres_database)
    logs = ("--audit-log", str(tmp_path / "audit.jsonl"), "--log-features", str(tmp_path / "log"))
    with served(project, "--service", "fraud", *logs) as server:
        port, pid = int(server.url.rpartition(":")[2]), server.process.pid
        with Load(port, CLIENTS, service="fraud") as load:
            time.sleep(CAPACITY_SECONDS)
        per_second = load.statuses[200] / CAPACITY_SECONDS
        samples = []
        with Load(port, CLIENTS, service="fraud", every=2 * CLIENTS / per_second) as load:
            until = time.monotonic() + SECONDS
            while time.monotonic() < until:
                time.sleep(1)
                samples.append(used(pid))
        tenth = len(samples) // 10
        before, after = typical(samples[tenth : 2 * tenth]), typical(samples[-tenth:])
        record_property("capacity", per_second)
        record_property("answers", dict(load.statuses))
        record_property("pages, descriptors, threads", (before, after))
        assert set(load.statuses) <= {200, 503}
        assert (
            load.statuses[503] <= load.statuses[200] / 1000
        )  # a machine that stalls for longer than sessions are waited for
        assert load.statuses[200] > 0.3 * per_second * SECONDS
        assert after[0] < before[0] * 1.05
        assert after[1] <= before[1] + 4
        assert after[2] <= before[2]
        assert server.ends() == 0
