from featurec.api.findings import FeaturecWarning, RunFailed
from featurec.api.historical import RetrievalJob
from featurec.api.online import OnlineResponse
from featurec.api.store import FeatureStore
from featurec.errors import FeaturecError

__all__ = [
    "FeatureStore",
    "FeaturecError",
    "FeaturecWarning",
    "OnlineResponse",
    "RetrievalJob",
    "RunFailed",
    "__version__",
]

__version__: str
