"""What Python programs import as ``featurec``: a feature store, and what it answers with."""
