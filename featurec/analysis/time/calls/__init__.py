"""Functions of time in all dialects, as terms: truncation, buckets, arithmetic, epochs, zones."""
