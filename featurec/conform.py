"""A YAML document against the model of its kind: the model's value, or a finding for each thing that does not fit."""

from collections.abc import Mapping, Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, Tag, ValidationError
from pydantic_core import ErrorDetails

from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.documented import key_texts
from featurec.model_parts import LIST, MAPPING, SHORT
from featurec.yaml_reader import Node

Model = TypeVar("Model", bound=BaseModel)

CUT_AT_COMMA = "inside braces a comma ends the value, so that a type with a comma is cut in two"
CUT_VALUE = "inside braces a comma ends the value, so that what stands before it is cut off"
QUOTE_VALUE = 'put the whole value in quotes: `"greatest(a, b) > 0"`'
QUOTE_TYPE = 'put the type in quotes: `"decimal(18,2)"`'


def conform(node: Node, model: type[Model]) -> tuple[Model | None, Node, list[Diagnostic]]:
    """Read a document as a model.

    Returns:
        The model's value; the document as far as it fits; and the findings: unknown keys (FC101), missing keys
        (FC102), values of another type (FC103) and values outside of a list (FC104). With findings, what does
        not fit is left out of both, so that the rest can be checked too; None where nothing fits.
    """
    try:
        return model.model_validate(node.value), node, []
    except ValidationError as error:
        errors = error.errors(include_url=False)
    findings = [_finding(node, model, e) for e in errors]
    for _ in range(_ROUNDS):
        # Later list entries first: removing one renumbers those behind it.
        for path in sorted({_removed(node, e) for e in errors}, key=_backwards, reverse=True):
            if not path:
                return None, node, findings
            node = node.without(*path)
        try:
            return model.model_validate(node.value), node, findings
        except ValidationError as error:
            errors = error.errors(include_url=False)
    return None, node, findings


_ROUNDS = 8


def _removed(root: Node, error: ErrorDetails) -> tuple[str | int, ...]:
    """The path of what to leave out because of an error: the entry itself, or the mapping that lacks a key."""
    path, node = list[str | int](), root
    for step in error["loc"]:
        if step in node.children:
            path.append(step)
            node = node.children[step]
    return tuple(path)


def _backwards(path: tuple[str | int, ...]) -> tuple[tuple[int, str], ...]:
    return tuple((step, "") if isinstance(step, int) else (0, step) for step in path)


def _finding(root: Node, model: type[BaseModel], error: ErrorDetails) -> Diagnostic:
    path = error["loc"]
    last = str(path[-1]) if path else ""
    node, depth = _walk(root, path)
    kind = error["type"]
    if node.value is None and node.key is not None and ")" in node.key.text:
        of_type = node.key.text.endswith(")") and node.key.text[:-1].strip().isdigit()
        cause, fix = (CUT_AT_COMMA, QUOTE_TYPE) if of_type else (CUT_VALUE, QUOTE_VALUE)
        return Diagnostic("FC101", f"`{node.key.text}` is no key", node.place, cause, fix)
    if kind == "extra_forbidden":
        return _unknown_key(root, model, path, node)
    if kind == "missing":
        wanted = _fields(model, path[:-1])
        where = "the file" if depth == 0 and node is root else f"`{_title(root, path[:-1])}`"
        fix = f"add `{last}:`" + (f" ({wanted[last]})" if wanted.get(last) else "")
        return Diagnostic("FC102", f"{where} lacks the key `{last}`", node.place, "it is required", fix)
    name = _title(root, path)
    if kind in ("literal_error", "enum"):
        accepted = _words(model, path)
        claim = f"`{node.value}` is no value of `{name}`"
        return Diagnostic("FC104", claim, node.span, "", did_you_mean(str(node.value), accepted))
    return Diagnostic("FC103", f"`{name}` is {_shown(node)}", _value_place(node), *_expected(kind, error, node))


def _unknown_key(root: Node, model: type[BaseModel], path: Sequence[str | int], node: Node) -> Diagnostic:
    name = str(path[-1])
    parent = _title(root, path[:-1])
    where = f" of `{parent}`" if parent else ""
    fields = _fields(model, path[:-1])
    return Diagnostic("FC101", f"`{name}` is no key{where}", node.place, "", did_you_mean(name, fields))


def _walk(root: Node, path: Sequence[str | int]) -> tuple[Node, int]:
    """The deepest node on a path and how many steps led there; names of alternatives are not steps."""
    node, depth = root, 0
    for step in path:
        if step in node.children:
            node, depth = node.children[step], depth + 1
    return node, depth


def _title(root: Node, path: Sequence[str | int]) -> str:
    """``tables.orders.timestamp`` for a place in the document; list entries by their name where they have one."""
    node, parts = root, list[str]()
    for step in path:
        if step not in node.children:
            continue
        node = node.children[step]
        called = node.value.get("name") if isinstance(node.value, dict) and isinstance(step, int) else None
        parts.append(str(called) if called else f"[{step + 1}]" if isinstance(step, int) else step)
    return ".".join(parts).replace(".[", "[")


def _value_place(node: Node) -> Any:
    return node.span if node.span.text.strip() and not node.children else node.place


def _shown(node: Node) -> str:
    value = node.value
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return f"true or false (`{node.span.text}`)"
    if isinstance(value, int | float):
        return f"a number (`{node.span.text}`)"
    if isinstance(value, str):
        return f"text (`{value}`)" if value else "empty text"
    return "a list" if isinstance(value, list) else "a mapping"


_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "`true` or `false`",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
}


_SHAPES = {SHORT: "text", LIST: "a list", MAPPING: "a mapping"}


def _shapes(error: ErrorDetails) -> str:
    tags = str(error["ctx"]["expected_tags"])
    return " or ".join(told for tag, told in _SHAPES.items() if tag in tags)


def _expected(kind: str, error: ErrorDetails, node: Node) -> tuple[str, str]:
    """Cause and fix of a value of the wrong type."""
    if kind == "string_too_short":
        return "text is expected", "write a value or remove the key"
    if kind in ("greater_than_equal", "less_than_equal"):
        limit = error["ctx"].get("ge", error["ctx"].get("le"))
        return f"the {'least' if 'ge' in error['ctx'] else 'greatest'} accepted number is {limit}", f"write {limit}"
    wanted = _shapes(error) if kind == "union_tag_invalid" else _EXPECTED.get(kind, error["msg"])
    cause = f"{wanted} is expected"
    if kind == "string_type" and isinstance(node.value, int | float):
        return cause, f'put it in quotes: `"{node.span.text}"`'
    if kind == "string_type" and isinstance(node.value, dict) and "{{" in node.span.text:
        return cause, "put a template in quotes"
    if kind == "list_type" and isinstance(node.value, str) and node.value:
        return cause, f"put it in brackets: `[{node.value}]`"
    if kind == "bool_type" and str(node.value).lower() in ("yes", "on", "no", "off"):
        return cause, f"write `{'true' if str(node.value).lower() in ('yes', 'on') else 'false'}`"
    if kind == "int_type" and isinstance(node.value, str) and node.value.strip().isdigit():
        return cause, f"write `{int(node.value)}` without quotes or leading zeros"
    return cause, "write a value or remove the key" if node.value is None else f"write {wanted}"


def _words(model: Any, path: Sequence[str | int]) -> list[str]:
    """The words that a place of a model accepts, in every alternative of the mapping that it belongs to."""
    around = _strip(_at(model, path[:-2]))
    alternatives = get_args(around) if get_origin(around) in (Union, UnionType) else (_at(model, path[:-1]),)
    models = [found for found in map(_strip, alternatives) if _is_model(found)]
    places = [m.model_fields[str(path[-1])].annotation for m in models if str(path[-1]) in m.model_fields]
    return [word for place in places or [_at(model, path)] for word in get_args(_strip(place))]


def _fields(model: Any, path: Sequence[str | int]) -> Mapping[str, str]:
    """Keys accepted at a place of a model -> what they mean; empty where any key is."""
    current = _strip(_at(model, path))
    if not _is_model(current):
        return {}
    texts = key_texts(current)
    return {f.alias or name: texts.get(name, "") for name, f in current.model_fields.items()}


def _at(model: Any, path: Sequence[str | int]) -> Any:
    """The annotation at a place of a model."""
    current: Any = model
    for step in path:
        current = _strip(current)
        if _is_model(current):
            fields = {f.alias or name: f for name, f in current.model_fields.items()}
            current = fields[str(step)].annotation if str(step) in fields else None
        elif get_origin(current) in (Union, UnionType):
            tagged = {_tag(a): a for a in get_args(current)}
            current = tagged.get(str(step))
        elif get_origin(current) is list:
            current = get_args(current)[0]
        elif get_origin(current) is dict:
            current = get_args(current)[1]
    return current


def _strip(annotation: Any) -> Any:
    """An annotation without its metadata and without ``| None``."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
            continue
        options = [a for a in get_args(annotation) if a is not NoneType]
        if get_origin(annotation) in (Union, UnionType) and len(options) == 1:
            annotation = options[0]
            continue
        return annotation


def _tag(annotation: Any) -> str | None:
    if get_origin(annotation) is not Annotated:
        return None
    return next((m.tag for m in get_args(annotation)[1:] if isinstance(m, Tag)), None)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
