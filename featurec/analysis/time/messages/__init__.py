"""What is said of each breach: claim, cause and fix, in the words of the author's SQL."""

from featurec.analysis.time.lengths import span_words
from featurec.analysis.time.messages.findings import finding
from featurec.analysis.time.messages.scene import Scene

__all__ = ["Scene", "finding", "span_words"]
