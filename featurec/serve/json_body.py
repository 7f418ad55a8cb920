"""A request's body as JSON: an object without names given twice, not nested deep, of numbers and text that are whole."""

import json
import re
from collections.abc import Mapping

import orjson

from featurec.serve.problem import Problem, problem

_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
_DIGITS = re.compile(rb"(?<![\d.eE+-])-?\d{20,}(?![\d.eE])")


def read(body: bytes, depth: int) -> Mapping[str, object]:
    """The object. Raises Problem: 400 for what is no JSON that has one meaning, 422 for another JSON value.

    Args:
        depth: of nesting that is taken.
    """
    if not body:
        raise problem(
            400, "empty-body", "the request has no body", fix='send JSON, such as {"entities": [{"user_id": 1}]}'
        )
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _unread(body, str(error)) from None
    if not isinstance(found, dict):
        raise problem(422, "not-an-object", f"the body is {_kind(found)}", fix="send a JSON object")
    if not _is_flat(found, body):
        names, deepest = measured(found)
        if deepest > depth:
            raise problem(400, "too-deep", f"the body is nested deeper than {depth} levels")
        # A colon stands after every name, so there are no more names than colons; further ones are of text.
        if body.count(b":") != names:
            json.loads(body, object_pairs_hook=_once)
    return found


def _is_flat(found: dict[str, object], body: bytes) -> bool:
    """Whether entities are all that is nested, and no name is given twice: a glance that is enough for most requests.

    What is not counted here, such as a bracket in text, or a name that was given before, makes the sums differ; an escape
    might make up for it.
    """
    if b"\\" in body:
        return False
    names, nested, texts = len(found), 2, 0
    entities, features = found.get("entities"), found.get("features")
    if entities.__class__ is list:
        assert isinstance(entities, list)
        if set(map(type, entities)) != {dict}:
            return False
        names += sum(map(len, entities))
        nested += len(entities)
    elif isinstance(entities, dict):
        names += len(entities)
        nested += len(entities)
    if isinstance(features, list):
        if set(map(type, features)) != {str}:
            return False
        nested += 1
        texts = "".join(features).count(":")
    return body.count(b":") == names + texts and body.count(b"{") + body.count(b"[") == nested


def measured(value: object) -> tuple[int, int]:
    """How many names a JSON value has in all, and how deep it is nested."""
    names = deepest = 0
    if isinstance(value, dict):
        names = len(value)
        value = value.values()
    elif not isinstance(value, list):
        return 0, 0
    for item in value:
        if item.__class__ is dict or item.__class__ is list:
            more, below = measured(item)
            names += more
            deepest = max(deepest, below)
    return names, deepest + 1


def _once(pairs: list[tuple[str, object]]) -> None:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise problem(400, "duplicate-name", f"the name `{name[:64]}` is given twice in one object")
        seen.add(name)


def _unread(body: bytes, message: str) -> Problem:
    """Why orjson did not read it."""
    if "surrogate in string" in message:
        cause = "an escape is half of a surrogate pair, which is no character"
        return problem(422, "not-text", "the body has text that is not Unicode", cause)
    if "infinity" in message and _DIGITS.search(body):
        return problem(422, "too-many-digits", "the body has a whole number of more than 64 bits")
    if "depth" in message:
        return problem(400, "too-deep", "the body is nested too deep")
    return problem(400, "not-json", "the body is not JSON", message)


def _kind(value: object) -> str:
    return {list: "an array", str: "text", bool: "a boolean", type(None): "null"}.get(type(value), "a number")
