"""Feast repositories, read without Feast and without running them, as featurec projects."""
