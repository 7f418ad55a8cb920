"""The only reader of the clock. A command reads it once and hands the instant down."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant in UTC."""
    return datetime.now(UTC)
