"""A market that is run at chosen instants, asked over HTTP at others, and replayed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from featurec.compiler import Compilation, analyze_project, load_project
from featurec.engines.open import open_engine
from featurec.engines.protocol import Access
from featurec.online.on_demand import Prepared
from featurec.online.postgres import PostgresOnlineStore
from featurec.online.registry import table_of
from featurec.run.build import build_view
from featurec.run.export import export_view
from featurec.run.intervals import Asked
from featurec.run.replay import Replay, replay
from featurec.run.replay_log import Wanted, open_log
from featurec.run.state import State, physical
from featurec.serve.assembly import Offer
from featurec.serve.feature_log import FeatureLogSettings
from featurec.spec import Target
from tests.market import Market
from tests.serving import Serving, serving

BOUGHT = """/*---
entities: [user]
timestamp: ordered_at
available_at: paid_at
aggregations:
  - {function: count, windows: [7d], name: orders}
  - {function: sum, column: amount, windows: [7d]}
---*/
SELECT user_id, ordered_at, paid_at, amount
FROM {{ source('raw', 'orders') }}
"""
BASKET = """/*---
entities: [user]
inputs: {price: double}
features: {ratio: {type: double}}
---*/
SELECT {{ input('price') }} / nullif(CAST({{ feature('spend:amount') }} AS double), 0) AS ratio
"""
SERVICES = "services:\n  fraud: {features: [spend, bought]}\n  basket: {features: [basket, 'spend:note']}\n"
VIEWS = ("spend", "bought")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2024-{text}").replace(tzinfo=UTC)


@dataclass
class Replaying:
    """A market on an engine, and the folder that its server logs to."""

    market: Market
    folder: Path
    full_refresh: bool = False
    views: tuple[str, ...] = VIEWS
    runs: int = field(default=0, init=False)

    @classmethod
    def build(cls, root: Path, engine: str, url: str) -> "Replaying":
        market = Market.build(root, engine, url)
        market.write("features/bought.sql", BOUGHT)
        market.write("features/basket.sql", BASKET)
        market.write("services.yml", SERVICES)
        return cls(market, root / "answers")

    @property
    def compilation(self) -> Compilation:
        return analyze_project(load_project(self.market.root))

    def target(self, compilation: Compilation) -> Target:
        return compilation.project.targets["dev"]

    def run(self, now: datetime, *, export: bool = True, build: bool = True) -> None:
        """Build what is due and export it, as a run at that instant does."""
        compilation = self.compilation
        analyzed, project = compilation.analyzed, compilation.project
        engine = open_engine(self.target(compilation), project, self.market.root, Access(write=True))
        store = PostgresOnlineStore(self.market.online_url, "features")
        self.runs += 1
        try:
            State(engine).prepare(now)
            for view in self.views:
                prints = {name: found.fingerprint for name, found in analyzed.views.items()}
                if build:
                    home = physical(engine, prints, str(self.market.root))
                    asked = Asked(now, full_refresh=self.full_refresh)
                    build_view(engine, analyzed, view, home, asked, f"run {self.runs}")
                if export:
                    export_view(analyzed, view, engine, store, physical(engine, prints, str(self.market.root)), now)
        finally:
            engine.close()
            store.close()

    @contextmanager
    def serving(self, now: datetime) -> Iterator[Serving]:
        """A server that logs every answer."""
        analyzed = self.compilation.analyzed
        project = analyzed.project
        offer = Offer(
            self.market.online_url,
            "features",
            self.views,
            {name: service.features for name, service in project.services.items()},
            on_demand={"basket": ["ratio"]},
            prepare=lambda requests, full: Prepared.of(analyzed, requests, full),
            log_features=FeatureLogSettings(self.folder, 1.0, {"basket": analyzed.views["basket"].fingerprint}),
        )
        with serving(offer, now=now) as server:
            yield server
            log = server.app.reads.endpoints.log
            assert log is not None
            log.close()

    def ask(self, now: datetime, *users: int, service: str = "fraud", **inputs: object) -> list[Any]:
        """What these users are answered then."""
        with self.serving(now) as server:
            answer = server.rows(service, [{"user_id": user, **inputs} for user in users])
            assert answer.status == 200, answer.body
            found: list[Any] = answer.json["results"]
            return found

    def replay(self, wanted: Wanted | None = None, tolerance: float = 0.0) -> Replay:
        compilation = self.compilation
        return replay(compilation, self.target(compilation), open_log(self.folder), wanted or Wanted(), tolerance)

    def outcomes(self, **options: Any) -> Mapping[str, int]:
        """Outcome -> how many values, without those that match."""
        return {str(name): number for name, number in self.replay(**options).total.items() if name != "match"}

    def tamper(self, view: str, sql: str) -> None:
        """Change the view's active online table behind featurec's back; ``{table}`` is its name."""
        store = PostgresOnlineStore(self.market.online_url, "features")
        schema, table = table_of("features", store.active([view])[view].view)
        store.close()
        with psycopg.connect(self.market.online_url) as session:
            session.execute(sql.replace("{table}", f'{schema}."{table}"').encode())


@contextmanager
def process(root: Path, folder: Path, *arguments: str) -> Iterator[int]:
    """A server process of a project that logs every answer; its port. It is ended by SIGTERM, and must end well."""
    command = [sys.executable, "-m", "featurec", "--log-format", "json", "serve", "--project-dir", str(root)]
    more = ["--port", "0", "--log-features", str(folder), "--log-share", "1", *arguments]
    with subprocess.Popen(command + more, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as server:
        assert server.stdout is not None
        try:
            yield _port(server.stdout)
        finally:
            server.send_signal(signal.SIGTERM)
            assert server.wait(30) == 0


def _port(lines: Iterator[str]) -> int:
    for line in lines:
        told = json.loads(line)
        if "url" in told:
            return int(told["url"].rpartition(":")[2])
    raise AssertionError("the server ended before it answered")


def orders(*rows: Sequence[object]) -> str:
    """Orders of the market as SQL: number, user, amount, ordered, paid."""
    return ",\n".join(
        f"({number}, {user}, 'de', 10115, {amount}, NULL, '2024-{ordered}+00', '2024-{paid}+00')"
        for number, user, amount, ordered, paid in rows
    )
