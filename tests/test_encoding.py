"""Keys and values of the online store: the same text from DuckDB, PostgreSQL and Python, and every value comes back."""

import json
import math
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import duckdb
import orjson
import psycopg
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from featurec.codegen import sql_type
from featurec.dialects.dialect import get
from featurec.online.encoding import Encoded, decode, default_value, encode_key, rows_sql
from featurec.online_type import key_type, value_type

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
TRICKY = st.text(alphabet="|\\ab\n\t\r'\"é", max_size=6)
NAIVE = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999999))
INSTANTS = NAIVE.map(lambda moment: moment.replace(tzinfo=UTC))
LONG = st.integers(-(2**63), 2**63 - 1)
DOUBLES = st.floats() | st.sampled_from([math.nan, math.inf, -math.inf, -0.0, 0.1, 1e308, 5e-324, 2.0**53 + 2])
SPELLED = {("postgres", "hugeint"): "numeric(39,0)"}
KEYS: dict[str, st.SearchStrategy[object]] = {
    "bigint": LONG,
    "smallint": st.integers(-(2**15), 2**15 - 1),
    "hugeint": st.integers(-(2**127) + 1, 2**127 - 1),
    "varchar": TEXT | TRICKY,
    "date": st.dates(),
    "timestamp": NAIVE,
    "timestamptz": INSTANTS,
    "uuid": st.uuids(),
    "boolean": st.booleans(),
    "decimal(18,2)": st.decimals(-(10**16) + 1, 10**16 - 1, places=2),
    "decimal(3,3)": st.decimals(Decimal("-0.999"), Decimal("0.999"), places=3),
    "blob": st.binary(max_size=8),
}
FEATURES: dict[str, st.SearchStrategy[object]] = {
    **KEYS,
    "double": DOUBLES,
    "float": st.floats(width=32),
    "time": st.times(),
    "bigint[]": st.lists(st.none() | LONG, max_size=3),
    "double[]": st.lists(st.none() | DOUBLES, max_size=3),
    "varchar[]": st.lists(st.none() | TEXT | TRICKY, max_size=3),
    "timestamptz[]": st.lists(st.none() | INSTANTS, max_size=2),
}
NESTED: dict[str, st.SearchStrategy[object]] = {
    'struct(a bigint, "b c" varchar)': st.fixed_dictionaries({"a": st.none() | LONG, "b c": st.none() | TEXT}),
    "struct(x double, y struct(z date[]))": st.fixed_dictionaries(
        {"x": DOUBLES, "y": st.fixed_dictionaries({"z": st.lists(st.dates(), max_size=2)})}
    ),
    "double[][]": st.lists(st.lists(DOUBLES, max_size=2), max_size=3),
}


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


@pytest.fixture(scope="module")
def pg(postgres_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgres_url, autocommit=True, options="-c TimeZone=UTC -c DateStyle=ISO") as connection:
        connection.execute(
            "CREATE TEMP TABLE landed (entity_key text, event_ts timestamptz, created_ts timestamptz, payload jsonb)"
        )
        yield connection


def columns(types: Sequence[str], prefix: str) -> list[Encoded]:
    found = [value_type(name) for name in types]
    return [Encoded(f"{prefix}{n}", kind, f"{prefix}{n}") for n, kind in enumerate(found) if kind]


def exported(
    connection: object, dialect: str, keys: Sequence[tuple[str, object]], features: Sequence[tuple[str, object]]
) -> tuple[Any, ...]:
    """One row through the SQL that exports it: its line in the text format of COPY, or its columns."""
    engine = get(dialect)
    mark = "?" if dialect == "duckdb" else "%s"
    values = [(f"k{n}", *pair) for n, pair in enumerate(keys)] + [(f"f{n}", *pair) for n, pair in enumerate(features)]
    given_as = ", ".join(
        f"CAST({mark} AS {SPELLED.get((dialect, kind)) or sql_type(kind, engine.sqlglot)}) AS {name}"
        for name, kind, _ in values
    )
    stamp = "TIMESTAMPTZ '2024-01-02 03:04:05.000006+00'"
    latest = f"SELECT {given_as}, {stamp} AS __fc_event, {stamp} AS __fc_created"
    sql = rows_sql("@latest@", columns([k for k, _ in keys], "k"), columns([k for k, _ in features], "f"), engine)
    if dialect == "postgres":
        sql = sql.replace("%", "%%")
    shown = [float(v) if kind == "float" and isinstance(v, float) else v for _, kind, v in values]
    sql = sql.replace("CAST(payload AS jsonb)", "payload")
    row = connection.execute(sql.replace("@latest@", latest), shown).fetchone()  # type: ignore[attr-defined]
    assert row is not None
    found: tuple[Any, ...] = row
    return found


def copied(pg: psycopg.Connection, row: tuple[Any, ...]) -> tuple[str, str]:
    """The entity key and payload of a row once PostgreSQL has read it."""
    pg.execute("TRUNCATE landed")
    if len(row) == 4:
        pg.execute("INSERT INTO landed VALUES (%s, %s, %s, %s)", row)
    else:
        with pg.cursor().copy("COPY landed FROM STDIN") as copy:
            copy.write(row[0].encode())
    row = pg.execute("SELECT entity_key, payload::text FROM landed").fetchone()
    assert row is not None
    return str(row[0]), str(row[1])


def same(left: object, right: object) -> bool:
    """Equal, of one type, and for floats down to the sign of zero and NaN."""
    if isinstance(left, float) and isinstance(right, float):
        if math.isnan(left):
            return math.isnan(right)
        return left == right and math.copysign(1, left) == math.copysign(1, right)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)
    return type(left) is type(right) and left == right


@st.composite
def typed(
    draw: st.DrawFn, kinds: dict[str, st.SearchStrategy[object]], size: int = 3, null: bool = False
) -> list[tuple[str, object]]:
    names = draw(st.lists(st.sampled_from(sorted(kinds)), min_size=1, max_size=size))
    return [(name, draw(st.none() | kinds[name] if null else kinds[name])) for name in names]


@given(keys=typed(KEYS))
@example(keys=[("decimal(3,3)", Decimal("-0.001")), ("decimal(3,3)", Decimal("0.000")), ("boolean", True)])
@example(keys=[("varchar", ""), ("varchar", "")])
@example(keys=[("varchar", "a\\|b\t\n\r\\n"), ("date", date(1, 1, 1))])
def test_a_key_is_the_same_text_in_both_engines_and_in_python(
    duck: duckdb.DuckDBPyConnection, pg: psycopg.Connection, keys: list[tuple[str, object]]
) -> None:
    types = [key_type(name) for name, _ in keys]
    expected = encode_key([t for t in types if t], [value for _, value in keys])
    from_duckdb, _ = copied(pg, exported(duck, "duckdb", keys, []))
    from_postgres, _ = copied(pg, exported(pg, "postgres", keys, []))
    assert from_duckdb == from_postgres == expected


@given(kinds=st.lists(st.sampled_from(sorted(KEYS)), min_size=1, max_size=3), data=st.data())
def test_different_keys_have_different_texts(kinds: list[str], data: st.DataObject) -> None:
    types = [kind for name in kinds if (kind := key_type(name))]
    rows = data.draw(st.lists(st.tuples(*(KEYS[name] for name in kinds)), min_size=2, max_size=6, unique=True))
    texts = [encode_key(types, row) for row in rows]
    assert len(set(texts)) == len(rows)


@given(left=st.tuples(TRICKY, TRICKY), right=st.tuples(TRICKY, TRICKY))
def test_no_choice_of_separators_makes_two_composite_keys_one(left: tuple[str, str], right: tuple[str, str]) -> None:
    text = value_type("varchar")
    assert text is not None
    assert (encode_key([text, text], left) == encode_key([text, text], right)) == (left == right)


@given(features=typed(FEATURES, null=True))
@example(features=[("bigint", 2**53 + 1), ("decimal(18,2)", Decimal("1.10")), ("double", -0.0), ("hugeint", 2**100)])
@example(features=[("varchar", None), ("varchar", ""), ("varchar", "null"), ("varchar", 'a"b\\c\u2028</script>')])
@example(features=[("double", math.nan), ("double", math.inf), ("double[]", [math.nan, None, -0.0]), ("double[]", [])])
@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_every_feature_comes_back_as_it_was(
    duck: duckdb.DuckDBPyConnection, pg: psycopg.Connection, engine: str, features: list[tuple[str, object]]
) -> None:
    written = exported(duck if engine == "duckdb" else pg, engine, [("bigint", 1)], features)
    payload = orjson.loads(copied(pg, written)[1])
    assert list(payload) == [f"f{n}" for n in range(len(features))]
    for n, (name, value) in enumerate(features):
        kind = value_type(name)
        assert kind is not None
        assert same(decode(kind, payload[f"f{n}"]), value), (name, payload[f"f{n}"])


@given(features=typed(NESTED, null=True))
def test_structs_and_nested_lists_come_back_from_duckdb(
    duck: duckdb.DuckDBPyConnection, pg: psycopg.Connection, features: list[tuple[str, object]]
) -> None:
    payload = orjson.loads(copied(pg, exported(duck, "duckdb", [("bigint", 1)], features))[1])
    for n, (name, value) in enumerate(features):
        kind = value_type(name)
        assert kind is not None
        assert same(decode(kind, payload[f"f{n}"]), value)


@pytest.mark.parametrize(
    "text", ["infinity", "-infinity", "0001-01-01 00:00:00", "9999-12-31 23:59:59.999999", "10000-01-01", "-4000-06-01"]
)
@pytest.mark.parametrize("kind", ["timestamp", "timestamptz", "date"])
def test_times_that_python_does_not_have_are_the_same_text_in_both_engines(
    duck: duckdb.DuckDBPyConnection, pg: psycopg.Connection, kind: str, text: str
) -> None:
    in_duckdb = "4001-06-01 (BC)" if text.startswith("-4") else text
    in_postgres = "4001-06-01 BC" if text.startswith("-4") else text
    texts = []
    for connection, dialect, spelled in ((duck, "duckdb", in_duckdb), (pg, "postgres", in_postgres)):
        engine = get(dialect)
        found = key_type(kind)
        assert found is not None
        latest = f"SELECT CAST('{spelled}' AS {kind}) AS k, now() AS __fc_event, now() AS __fc_created"
        sql = rows_sql(latest, [Encoded("k", found, "k")], [], engine)
        row = connection.execute(sql).fetchone()  # type: ignore[attr-defined]
        assert row is not None
        texts.append(row[0].partition("\t")[0])
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("kind", "text", "key"),
    [
        ("bigint", "1", "1"),
        ("bigint", " +7 ", "7"),
        ("varchar", " a|b\\ ", " a\\|b\\\\ "),
        ("date", "2024-02-29", "2024-02-29"),
        ("timestamptz", "2024-01-31T13:00:00+01:00", "2024-01-31T12:00:00.000000Z"),
        ("timestamptz", "2024-01-31 12:00", "2024-01-31T12:00:00.000000Z"),
        ("decimal(18,2)", "1.5", "1.50"),
        ("uuid", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ("boolean", "TRUE", "true"),
    ],
)
def test_text_is_read_as_the_type_of_the_key(kind: str, text: str, key: str) -> None:
    declared = key_type(kind)
    assert declared is not None
    assert encode_key([declared], [text]) == key


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("bigint", "1.0"),
        ("bigint", 1.0),
        ("bigint", True),
        ("bigint", "1_0"),
        ("varchar", 1),
        ("varchar", "a\0b"),
        ("varchar", "\ud800"),
        ("boolean", 1),
        ("date", "2024-02-30"),
        ("date", datetime(2024, 1, 1)),
        ("timestamp", datetime(2024, 1, 1, tzinfo=UTC)),
        ("timestamptz", datetime(2024, 1, 1)),
        ("timestamptz", "0001-01-01T00:00:00+14:00"),
        ("timestamptz", "9999-12-31T23:59:59-14:00"),
        ("decimal(18,2)", "1.005"),
        ("decimal(18,2)", "x"),
        ("decimal(18,2)", Decimal("NaN")),
        ("decimal(18,2)", Decimal("1e500")),
        ("uuid", "nope"),
    ],
)
def test_a_value_of_another_type_is_refused(kind: str, value: object) -> None:
    declared = key_type(kind)
    assert declared is not None
    with pytest.raises(ValueError, match=r"."):
        encode_key([declared], [value])


def test_a_null_component_names_no_row() -> None:
    declared = key_type("bigint")
    assert declared is not None
    assert encode_key([declared, declared], [1, None]) is None


@pytest.mark.parametrize("kind", ["double", "float", "time", "interval", "varchar[]", "struct(a integer)"])
def test_types_that_do_not_name_a_row(kind: str) -> None:
    assert key_type(kind) is None


@pytest.mark.parametrize("kind", ["interval", "map(varchar, integer)", "timestamp_ns", "bit", "timetz", "nonsense"])
def test_types_without_exact_json(kind: str) -> None:
    assert value_type(kind) is None


@pytest.mark.parametrize(
    ("kind", "default", "value"),
    [
        ("bigint", 0, 0),
        ("double", 0, 0.0),
        ("decimal(18,2)", 0.1, Decimal("0.10")),
        ("varchar", "", ""),
        ("date", "2024-01-01", date(2024, 1, 1)),
        ("timestamptz", "2024-01-01 00:00:00", datetime(2024, 1, 1, tzinfo=UTC)),
        ("time", "12:30", time(12, 30)),
        ("boolean", False, False),
        ("uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")),
        ("bigint", None, None),
    ],
)
def test_a_default_has_the_type_of_its_feature(kind: str, default: object, value: object) -> None:
    declared = value_type(kind)
    assert declared is not None
    assert same(default_value(declared, default), value)


def test_payload_names_survive(duck: duckdb.DuckDBPyConnection, pg: psycopg.Connection) -> None:
    name = "with \"space\" 'and' \\ été \n"
    kind = value_type("bigint")
    assert kind is not None
    latest = "SELECT 1 AS k, 2 AS f, now() AS __fc_event, CAST(NULL AS timestamptz) AS __fc_created"
    sql = rows_sql(latest, [Encoded("k", kind, "k")], [Encoded(name, kind, "f")], get("duckdb"))
    row = duck.execute(sql).fetchone()
    assert row is not None
    assert json.loads(copied(pg, row)[1]) == {name: 2}
