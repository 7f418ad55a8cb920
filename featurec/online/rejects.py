"""Rows that no export can bring, as the online store keeps a sample of them until the version's next export."""

import json
import math
from collections.abc import Mapping
from datetime import datetime

from featurec.online.protocol import Batch
from featurec.online.session import Session

MAX_REJECTS = 1_000
"""How many of a version's rows are kept at most."""


def record_rejects(session: Session, version: Mapping[str, object], run: int, as_of: datetime, batch: Batch) -> None:
    """Replace what is kept of the version by what this export rejects."""
    session.run("online/rejects_forget.sql", version)
    if batch.rejects:
        kept = batch.rejects[:MAX_REJECTS]
        parameters = {
            "run": run,
            "as_of": as_of,
            "reasons": [reject.reason for reject in kept],
            "keys": [_plain(reject.entity_key) for reject in kept],
            "events": [reject.event_ts for reject in kept],
            "rows": [json.dumps(_plain(json.loads(reject.row))) for reject in kept],
        }
        session.run("online/rejects_record.sql", {**version, **parameters})


def _plain(value: object) -> object:
    """A JSON value as PostgreSQL takes it: without NUL characters, and with numbers that are none as text."""
    match value:
        case str():
            return value.replace("\0", "")
        case float() if not math.isfinite(value):
            return str(value)
        case list():
            return [_plain(item) for item in value]
        case dict():
            return {_plain(name): _plain(item) for name, item in value.items()}
    return value
