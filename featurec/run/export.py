"""Exports the newest row of each entity of a view into the online store."""

from datetime import datetime

from featurec.compiler import AnalyzedProject, Physical, latest_query, view_keys
from featurec.engines.protocol import Engine
from featurec.errors import FeaturecError
from featurec.online.encoding import Encoded, lines_sql
from featurec.online.protocol import Batch, OnlineFeature, OnlineStore, OnlineView, Published
from featurec.online_type import ValueType, key_type, online_findings, value_type
from featurec.spec import Column, FeatureView


def export_view(
    analyzed: AnalyzedProject, view: str, engine: Engine, store: OnlineStore, physical: Physical, as_of: datetime
) -> Published:
    """Publish what ``as_of`` sees of a view. Rows go from engine to store in blocks, whole transactions at a time.

    Raises FeaturecError: FC701 and FC702 for types that have no exact form online, FC932 to FC934 where the store
    refuses, whatever the view's SQL meets in the engine.
    """
    found = analyzed.views[view]
    spec = found.spec
    assert isinstance(spec, FeatureView)
    unfit = list(online_findings(spec, analyzed.project.entities))
    query, findings = latest_query(analyzed, view, engine.dialect, physical, as_of)
    if unfit or query is None:
        raise FeaturecError([*unfit, *findings])
    types = {column.name: column.type or "" for column in query.columns}
    keys = [Encoded(key, _known(key_type(types[key])), key) for key in view_keys(analyzed, view)]
    columns = {feature.name: _column(types, feature.name) for feature in spec.features}
    features = [Encoded(f.name, _known(value_type(f.type)), columns[f.name]) for f in spec.features]
    described = OnlineView(
        view,
        found.fingerprint,
        tuple(Column(key.name, types[key.column]) for key in keys),
        tuple(OnlineFeature(f.name, f.type, f.default) for f in spec.features),
        spec.ttl,
    )
    lines = lines_sql(query.sql, keys, features, engine.dialect)
    return store.publish(described, lambda _: Batch(engine.copy_lines(lines)), as_of)


def _column(types: dict[str, str], feature: str) -> str:
    """The output column of a feature, whose case may differ."""
    return feature if feature in types else next(name for name in types if name.lower() == feature.lower())


def _known(found: ValueType | None) -> ValueType:
    assert found is not None, "online_findings has looked at every type"
    return found
