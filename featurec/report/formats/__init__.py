"""What `featurec lint --format` offers: one module a format, each with ``render(report) -> str``."""
