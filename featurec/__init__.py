"""featurec: a SQL-first feature compiler and feature store."""

__version__ = "0.1.0"
