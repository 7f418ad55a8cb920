"""Failing rows of tests, as they are kept: forgetting those of one entity."""

import json
from collections.abc import Mapping, Sequence

from featurec.codegen import render_sql
from featurec.engines.protocol import Engine
from featurec.engines.tables import STATE_SCHEMA
from featurec.online.encoding import encode_key
from featurec.online_type import key_type
from featurec.run.testing import stored_failures
from featurec.spec import Column


def erase_failures(engine: Engine, join_keys: Sequence[Column], values: Sequence[str]) -> int:
    """Delete the failing rows of an entity, of views and sources alike; how many. Inside a transaction.

    Args:
        values: of the join keys, as a person writes them.
    """
    if not stored_failures(engine):
        return 0
    common = {"state_schema": STATE_SCHEMA, "schema": engine.schema}
    gone = 0
    for found in engine.query(render_sql("test/rows.sql", engine.dialect, **common)):
        if _is_of(json.loads(found["kept"]), join_keys, values):
            gone += engine.execute(render_sql("test/erase.sql", engine.dialect, **common, **found))
    return gone


def _is_of(row: Mapping[str, object], join_keys: Sequence[Column], values: Sequence[str]) -> bool:
    """Whether a row has these keys. A value that is not of its key's type is another entity's."""
    folded = {name.lower(): value for name, value in row.items()}
    types = [declared for key in join_keys if (declared := key_type(key.type or ""))]
    try:
        theirs = encode_key(types, [folded[key.name.lower()] for key in join_keys])
    except (KeyError, ValueError):
        return False
    return theirs is not None and theirs == encode_key(types, values)
