"""Feast's types as DuckDB spells them."""

from featurec.feast.values import Made, Named, Value

_TYPES = {
    "string": "varchar",
    "bytes": "blob",
    "pdfbytes": "blob",
    "imagebytes": "blob",
    "int32": "integer",
    "int64": "bigint",
    "float32": "float",
    "float64": "double",
    "float": "float",
    "double": "double",
    "bool": "boolean",
    "unixtimestamp": "timestamptz",
    "zonedtimestamp": "timestamptz",
    "uuid": "uuid",
    "timeuuid": "uuid",
}


def feast_type(value: Value) -> str | None:
    """``feast.types.Int64``, ``ValueType.INT64_LIST`` or ``Array(Float32)``; None for one that says too little, as Map does."""
    match value:
        case Named():
            name = value.last.lower().replace("_", "")
            if name.endswith("list") and name != "list":
                item = _TYPES.get(name.removesuffix("list"))
                return f"{item}[]" if item else None
            return _TYPES.get(name)
        case Made(kind="Array" | "Set"):
            item = feast_type(value.get("base_type", at=0))
            return f"{item}[]" if item else None
    return None
