"""What is said of each breach: claim, cause and fix, in the words of the author's SQL."""

from featurec.analysis.time.messages.findings import finding
from featurec.analysis.time.messages.scene import Scene
from featurec.analysis.time.messages.words import span_words

__all__ = ["Scene", "finding", "span_words"]
