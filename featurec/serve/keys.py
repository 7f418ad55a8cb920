"""Entity keys of a request: the texts of ``encoding.encode_key``, at once for a whole column of a frequent type."""

from collections.abc import Mapping, Sequence

from featurec.diagnostic import Diagnostic
from featurec.online.encoding import encode_key
from featurec.online.read import Asked, ill_typed_key
from featurec.online_type import ValueType, key_type
from featurec.serve.problem import of_findings

Columns = Mapping[str, Sequence[object]]
"""Join key, or the column that a role maps it to -> a value for each entity."""


def key_types(asked: Asked) -> tuple[ValueType, ...]:
    """The types of a view's join keys, which were checked when it was exported."""
    return tuple(kind for key in asked.view.join_keys if (kind := key_type(key.type or "")))


def keys_of(asked: Asked, types: Sequence[ValueType], columns: Columns, limit: int) -> list[str]:
    """The entity key of every row.

    Args:
        limit: bytes that a key may have.

    Raises Problem (422): FC941 where a column is missing; FC942 where a value is null or not of its key's type.
    """
    given = [_column(asked, name, columns) for name in asked.columns()]
    keys = _plain(types[0], given[0]) if len(types) == 1 else None
    if keys is None:
        keys = [_key(asked, types, values) for values in zip(*given, strict=True)]
    if 4 * max(map(len, keys)) > limit:
        for key in keys:
            if len(key.encode()) > limit:
                name = ", ".join(f"`{column}`" for column in asked.columns())
                raise of_findings(422, [Diagnostic("key-too-long", f"a key {name} has more than {limit} bytes")])
    return keys


def array(keys: Sequence[str]) -> str:
    """The keys as PostgreSQL reads an array of text."""
    joined = '","'.join(keys)
    if "\\" in joined or joined.count('"') > 2 * (len(keys) - 1):
        joined = '","'.join(key.replace("\\", "\\\\").replace('"', '\\"') for key in keys)
    return f'{{"{joined}"}}'


def _column(asked: Asked, name: str, columns: Columns) -> Sequence[object]:
    if name not in columns:
        needs = ", ".join(f"`{column}`" for column in asked.columns())
        cause = f"`{asked.request.prefix}` is looked up by {needs}"
        raise of_findings(
            422, [Diagnostic("FC941", f"the entities have no `{name}`", cause=cause, fix=f"add `{name}` to `entities`")]
        )
    values = columns[name]
    if None in values:
        finding = Diagnostic("FC942", f"`{name}` is null", cause="null names no entity", fix="leave that entity out")
        raise of_findings(422, [finding])
    return values


def _plain(declared: ValueType, values: Sequence[object]) -> list[str] | None:
    """The keys, where they are integers, or text without anything to escape; else None."""
    if declared.kind == "integer":
        return [str(value) for value in values] if all(value.__class__ is int for value in values) else None
    if declared.kind == "text":
        texts = [value for value in values if isinstance(value, str)]
        joined = "".join(texts)
        escaped = "\\" in joined or "|" in joined or "\0" in joined
        return texts if len(texts) == len(values) and not escaped else None
    return None


def _key(asked: Asked, types: Sequence[ValueType], values: Sequence[object]) -> str:
    try:
        found = encode_key(types, values)
    except ValueError:
        row = dict(zip(asked.columns(), values, strict=True))
        raise of_findings(422, ill_typed_key(asked, asked.columns(), types, row)) from None
    assert found is not None
    return found
