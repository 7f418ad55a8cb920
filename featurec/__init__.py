"""featurec: a SQL-first feature compiler and feature store."""

from importlib import import_module

__version__ = "0.1.0"

_OFFERED = {
    "FeatureStore": "featurec.api.store",
    "FeaturecError": "featurec.errors",
    "FeaturecWarning": "featurec.api.findings",
    "OnlineResponse": "featurec.api.online",
    "RetrievalJob": "featurec.api.historical",
    "RunFailed": "featurec.api.findings",
}
"""What programs import from here, and where it is; it is imported when it is first used."""

__all__ = [
    "FeatureStore",
    "FeaturecError",
    "FeaturecWarning",
    "OnlineResponse",
    "RetrievalJob",
    "RunFailed",
    "__version__",
]


def __getattr__(name: str) -> object:
    if name not in _OFFERED:
        raise AttributeError(f"module 'featurec' has no attribute {name!r}")
    found = getattr(import_module(_OFFERED[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
