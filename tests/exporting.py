"""A market whose views are built, exported as of any instant, and read."""

from datetime import UTC, datetime
from typing import Any

from featurec.compiler import compile_project
from featurec.engines.open import open_engine
from featurec.engines.protocol import Access, Engine
from featurec.online.postgres import PostgresOnlineStore
from featurec.online.read import OnlineValue, get_online_features
from featurec.run.build import build_view
from featurec.run.export import Exported, export_view
from featurec.run.intervals import Asked
from featurec.run.state import State, physical
from featurec.spec import FeatureRequest
from tests.market import Market


class Exporting:
    """A market whose views are built, and exported as of any instant."""

    def __init__(self, market: Market, engine: Engine | None = None) -> None:
        """With an engine that is open already, as DuckDB lets only one session in."""
        self.market = market
        self.analyzed = compile_project(market.root).analyzed
        target = self.analyzed.project.targets["dev"]
        self.engine = engine or open_engine(target, self.analyzed.project, market.root, Access(write=True))
        self.store = PostgresOnlineStore(market.online_url, "features")

    def build(self, *views: str) -> None:
        now = datetime.now(UTC)
        State(self.engine).prepare(now)
        for view in views:
            build_view(self.engine, self.analyzed, view, self.home(), Asked(now, full_refresh=True), "a run")

    def home(self) -> Any:
        prints = {name: view.fingerprint for name, view in self.analyzed.views.items()}
        return physical(self.engine, prints, str(self.market.root))

    def export(self, view: str, as_of: datetime) -> Exported:
        return export_view(self.analyzed, view, self.engine, self.store, self.home(), as_of)

    def read(self, request: str, now: datetime, **keys: object) -> OnlineValue:
        view, _, feature = request.partition(":")
        answers, findings = get_online_features(self.store, [FeatureRequest(view, (feature,))], [keys], now)
        assert not findings, findings
        return answers[0].features[feature]

    def close(self) -> None:
        self.engine.close()
        self.store.close()
