"""JSON as text that every reader takes and no terminal acts upon."""

import re
from collections.abc import Mapping
from json import dumps

from featurec.report.json import Json

LONE = re.compile("[\ud800-\udfff]")
"""Half a character: a byte of a file name that is not UTF-8. Strict readers refuse it, escaped or not."""


def json_text(value: Json) -> str:
    """Indented, ASCII only (everything else is escaped), with U+FFFD for lone surrogates; ends with a line end."""
    return dumps(_whole(value), indent=2) + "\n"


def _whole(value: Json) -> Json:
    match value:
        case str():
            return LONE.sub("\ufffd", value)
        case Mapping():
            return {key: _whole(item) for key, item in value.items()}
        case list():
            return [_whole(item) for item in value]
    return value
