"""No view or spine is lost without a word: of every file there is SQL, or an error that stands in it."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from featurec.analysis.types import fields_of
from featurec.column_type import canonical_type
from featurec.compiler import Physical, build_query, compile_project, on_demand_query
from featurec.diagnostic import Severity
from featurec.dialects.dialect import get

PROJECT = {
    "featurec.yml": "name: odd\nvars: {n: 1}\n",
    "entities.yml": 'entities:\n  user: {join_keys: {user_id: bigint}}\n  thing: {join_keys: {"a b": varchar}}\n',
    "sources.yml": """
sources:
  shop:
    tables:
      orders:
        columns: {user_id: bigint, amount: "decimal(9,2)", at: timestamptz, day: date, tags: "varchar[]", "a b": varchar}
        timestamp: at
      fixed: {columns: {user_id: bigint, s: 'struct("x y" integer, "select" varchar)'}, static: true}
""",
    "features/base.sql": "/*---\nentities: [user]\ntimestamp: at\nfeatures: {amount: double}\n---*/\n"
    "SELECT user_id, at, amount FROM shop.orders\n",
}  # fmt: skip

TYPES = """
bigint | INT | decimal | decimal(9,2) | decimal(x) | decimal(2,3) | decimal(1,2,3) | decimal(0) | decimal(99,1) | varchar(3) | enum('a') | map(int, int)
map(int) | struct(a int, "b c" varchar) | struct("b c" varchar) | struct("b  c" varchar) | struct("select" int) | struct(select int) | struct("" int)
struct("a""b" int) | struct("é" int) | struct(é int) | struct("a" int, "A" int) | struct(a int, varchar) | struct(a struct("x y" int[])[]) | struct()
struct(a int not null) | struct("a'b" int) | struct("{{" int) | int[] | int[3] | int[][] | list(int) | array(int) | union(a int) | variant | null
interval | uuid | json | blob | bit | timetz | timestamp_ns | timestamptz_ns | time | tuple(a int) | row(a int) | nullable(int) | "b c" | b c | int -- x
int /* x */ | int; drop table x | {{ var('n') }} | text collate x | a.b | 12 | true | ~ | [bigint] | {a: int} | date | geometry | hugeint | uhugeint
""".replace("\n", " | ").split(" | ")  # fmt: skip

COLUMN = "{user_id}, {at}, amount AS f"
SELECTS = """
SELECT user_id, at, amount AS f FROM shop.orders
SELECT * FROM shop.orders
SELECT *, amount AS f FROM shop.orders
SELECT user_id, at, amount FROM shop.orders
SELECT user_id, at, amount AS f, amount AS F FROM shop.orders
SELECT user_id, at, amount AS "F" FROM shop.orders
SELECT user_id, at, s AS f FROM shop.orders JOIN shop.fixed USING (user_id)
SELECT user_id, at, s."x y" AS f FROM shop.orders JOIN shop.fixed USING (user_id)
SELECT user_id, at, {'x y': 1, 'end': 2} AS f FROM shop.orders
SELECT user_id, at, NULL AS f FROM shop.orders
SELECT user_id, at, tags[1] AS f FROM shop.orders
SELECT user_id, at, unnest(tags) AS f FROM shop.orders
SELECT user_id, at, COLUMNS('amount') AS f FROM shop.orders
SELECT user_id, at, f FROM (SELECT user_id, at, amount FROM shop.orders) AS t(user_id, at, f)
SELECT user_id, at, f FROM (VALUES (1, TIMESTAMPTZ '2024-01-01', 2)) AS t(user_id, at, f)
VALUES (1, 2, 3)
FROM shop.orders SELECT user_id, at, amount AS f
FROM shop.orders
TABLE shop.orders
SELECT user_id, at, amount AS f FROM shop.orders;
SELECT user_id, at, amount AS f FROM shop.orders; SELECT 1
(SELECT user_id, at, amount AS f FROM shop.orders)
((SELECT user_id, at, amount AS f FROM shop.orders) UNION ALL (SELECT user_id, at, 1 FROM shop.orders))
SELECT user_id, at, amount AS f FROM shop.orders UNION BY NAME SELECT user_id, at, 1 AS f FROM shop.orders
SELECT user_id, at, amount AS f FROM shop.orders UNION SELECT user_id, at FROM shop.orders
WITH t AS (SELECT user_id, at, amount AS f FROM shop.orders) FROM t
WITH RECURSIVE t(user_id, at, f) AS (SELECT user_id, at, 1 FROM shop.orders UNION ALL SELECT user_id, at, f + 1 FROM t WHERE f < 3) SELECT * FROM t
PIVOT shop.orders ON day USING sum(amount) GROUP BY user_id, at
UNPIVOT shop.orders ON amount INTO NAME n VALUE f
SELECT user_id, at, amount AS f FROM shop.orders QUALIFY row_number() OVER (PARTITION BY user_id ORDER BY at) = 1
SELECT user_id, at, amount AS f FROM shop.orders LIMIT 1
SELECT DISTINCT ON (user_id) user_id, at, amount AS f FROM shop.orders ORDER BY user_id, at DESC
SELECT user_id, at, amount AS f FROM shop.orders TABLESAMPLE 10%
SELECT user_id, at, amount AS f FROM nowhere.orders
SELECT user_id, at, amount AS f FROM v
SELECT user_id, at, f FROM {{ ref('v') }}
SELECT user_id, at, amount AS f FROM {{ ref('nothing') }}
SELECT user_id, at, amount AS f FROM 'orders.parquet'
SELECT user_id, at, amount AS f FROM read_parquet('x')
SELECT user_id, at, {{ input('x') }} AS f FROM shop.orders
SELECT user_id, at, {{ nothing }} AS f FROM shop.orders
SELECT user_id, at, {{ var('m') }} AS f FROM shop.orders
SELECT user_id, at, {% if %} AS f FROM shop.orders
{% for n in range(10) %}SELECT{% endfor %}
{% macro m() %}{% endmacro %}
SELECT user_id, at, '{{ "{{" }}' AS f FROM shop.orders
SELECT user_id, at, ? AS f FROM shop.orders
SELECT user_id, at, $1 AS f FROM shop.orders
SELECT user_id, at, amount AS f FROM shop.orders WHERE
SELECT user_id, at, amount AS f FROM shop.orders WHERE amount = '
SELECT user_id, at, amount AS f FROM shop.orders WHERE nothing > 1
SELECT user_id, at, amount AS "" FROM shop.orders
SELECT user_id, at, amount AS "f\u0000" FROM shop.orders
SELECT user_id, at, amount AS __fc_event FROM shop.orders
SELECT user_id, day AS at, amount AS f FROM shop.orders
SELECT user_id, CAST(at AS varchar) AS at, amount AS f FROM shop.orders
SELECT user_id, at, count(*) AS f FROM shop.orders GROUP BY ALL
SELECT user_id, max(at) AS at, sum(amount) AS f FROM shop.orders GROUP BY user_id
SELECT user_id, at, sum(amount) FILTER (amount > 1) OVER w AS f FROM shop.orders WINDOW w AS (PARTITION BY user_id ORDER BY at)
SELECT user_id, at, list_transform(tags, x -> x || 'a') AS f FROM shop.orders
SELECT user_id, at, [x FOR x IN tags IF x <> ''] AS f FROM shop.orders
SELECT user_id, at, now() AS f FROM shop.orders
SELECT user_id, at, random() AS f FROM shop.orders
SELECT user_id, at, CAST(amount AS struct("b c" int)) AS f FROM shop.orders
SELECT user_id, at, amount::enum('a') AS f FROM shop.orders
SELECT user_id, at, EXISTS (FROM shop.fixed) AS f FROM shop.orders
SELECT o.user_id, o.at, o.amount AS f FROM shop.orders o ASOF JOIN shop.orders p ON o.user_id = p.user_id AND o.at >= p.at
SELECT user_id, at, amount AS f FROM shop.orders NATURAL JOIN shop.fixed
SELECT user_id, at, amount AS f FROM shop.orders, LATERAL (SELECT 1) AS t
DELETE FROM shop.orders
CREATE TABLE t AS SELECT 1
SELECT
SELEC user_id FROM shop.orders
/* only a comment */
1
EXPLAIN SELECT 1
SUMMARIZE shop.orders
DESCRIBE shop.orders
SHOW TABLES
SET x = 1
COPY shop.orders TO 'x'
SELECT user_id, at, amount AS f INTO t FROM shop.orders
SELECT user_id, at, amount AS f FROM shop.orders FOR UPDATE
SELECT user_id, at, $$a$$ AS f FROM shop.orders
SELECT user_id, at, (SELECT max(s) FROM shop.fixed) AS f FROM shop.orders
""".strip().splitlines()

HEADERS = """
entities: [user]
timestamp: at
entities: [user]\ntimestamp: nothing
entities: [user]\ntimestamp: user_id
entities: [nobody]\ntimestamp: at
entities: [thing]\ntimestamp: at
entities: []\ntimestamp: at
entities: [user, user]\ntimestamp: at
entities: user\ntimestamp: at
entities: [user]\ntimestamp: at\nfeatures: {g: int}
entities: [user]\ntimestamp: at\nfeatures: {f: {}}
entities: [user]\ntimestamp: at\nfeatures: {f: {type: int, type: int}}
entities: [user]\ntimestamp: at\nfeatures: {F: "decimal(9,2)"}
entities: [user]\ntimestamp: at\nfeatures: {f: "decimal(9,2)", F: "decimal(9,2)"}
entities: [user]\ntimestamp: at\nfeatures: {"": int}
entities: [user]\ntimestamp: at\nfeatures: {user_id: bigint}
entities: [user]\ntimestamp: at\nfeatures: {at: timestamptz}
entities: [user]\ntimestamp: at\nfeatures: {1: int}
entities: [user]\ntimestamp: at\nfeatures: [f]
entities: [user]\ntimestamp: at\nfeatures: {f: struct(a bigint, b varchar)}
entities: [user]\ntimestamp: at\nfeatures: {f: {type: double, default: x}}
entities: [user]\ntimestamp: at\nfeatures: {f: {type: double, tests: [unique, {sql: "sum(f) > 1"}]}}
entities: [user]\ntimestamp: at\ntests: [{sql: "f > 1"}, {sql: "f > 1", name: again}]
entities: [user]\ntimestamp: at\ntests: [{sql: ")"}]
entities: [user]\ntimestamp: at\ntests: [{sql: ""}]
entities: [user]\ntimestamp: at\naggregations: [{function: count, windows: [1d], filter: "f > 1", name: a}]
entities: [user]\ntimestamp: at\naggregations: [{function: count, windows: [1d], filter: "", name: a}]
entities: [user]\ntimestamp: at\naggregations: [{function: count, windows: [1d], filter: "f > 1", name: a}, {function: count, windows: [2d], filter: "f  > 1", name: b}]
entities: [user]\ntimestamp: at\naggregations: [{function: count, windows: [1d], filter: "nothing > 1", name: a}]
entities: [user]\ntimestamp: at\naggregations: [{function: sum, column: nothing, windows: [1d]}]
entities: [user]\ntimestamp: at\naggregations: [{function: sum, column: at, windows: [1d]}]
entities: [user]\ntimestamp: at\naggregations: [{function: sum, column: f, windows: []}]
entities: [user]\ntimestamp: at\naggregations: [{function: sum, column: f, windows: [1d, 24h]}]
entities: [user]\ntimestamp: at\nttl: 0d
entities: [user]\ntimestamp: at\ndelay: -1d
entities: [user]\ntimestamp: at\navailable_at: day
entities: [user]\ntimestamp: at\nrow_key: [nothing]
entities: [user]\ntimestamp: at\ndialect: nonsense
entities: [user]\ntimestamp: at\ndialect: spark
entities: [user]\ntimestamp: at\nname: base
entities: [user]\ntimestamp: at\nname: B
entities: [user]\ntimestamp: at\nname: a__b
entities: [user]\ntimestamp: at\nname: w
entities: [user]\ntimestamp: at\nunknown: 1
entities: [user]\ntimestamp: at\nmeta: {a: [1, {b: ~}]}
entities: [user]\ntimestamp: at\ninputs: {x: int}
inputs: {x: int}
inputs: {x: int}\nfeatures: {f: int}
inputs: {x: nonsense}\nfeatures: {f: int}
inputs: {x: 'struct("b c" int)'}\nfeatures: {f: int}
inputs: {}
features: {f: int}
entities: [user]\ntimestamp: at\nschedule: never
a
- a
{
a: &b {c: *b}
!!python/object:os.system {}
""".strip().splitlines()

ON_DEMAND = """
SELECT {{ input('x') }} AS f
SELECT {{ input('x') }} + {{ feature('base:amount') }} AS f
SELECT {{ input('x') }} + {{ feature('base:nothing') }} AS f
SELECT {{ input('x') }} + {{ feature('nothing:amount') }} AS f
SELECT {{ input('x') }}.a AS f
SELECT ({{ input('x') }})."b c" AS f
SELECT {{ input('x') }} AS f FROM shop.orders
SELECT {{ input('x') }} AS g
SELECT 1 AS f
SELECT {{ input('y') }} AS f
SELECT __fc_input.x AS f
SELECT x AS f
SELECT {{ input('x') }} AS f, f + 1 AS g
SELECT sum({{ input('x') }}) AS f
SELECT {{ input('x') }} AS f UNION ALL SELECT 1
SELECT CAST({{ input('x') }} AS struct("b c" int)) AS f
""".strip().splitlines()


def view(header: str, select: str) -> str:
    return f"/*---\n{header}\n---*/\n{select}\n"


def files() -> Iterator[str]:
    plain = "entities: [user]\ntimestamp: at"
    for type_ in filter(None, (each.strip() for each in TYPES)):
        quoted = type_ if type_[0] in "~[{" else "'" + type_.replace("'", "''") + "'"
        for select in (SELECTS[0], f"SELECT user_id, at, CAST(NULL AS {type_}) AS f FROM shop.orders"):
            yield view(f"{plain}\nfeatures: {{f: {quoted}}}", select)
        yield view(f"inputs: {{x: {quoted}}}\nfeatures: {{f: {quoted}}}", ON_DEMAND[0])
    for select in SELECTS:
        yield view(plain, select)
        yield view(plain + '\nfeatures: {f: "decimal(9,2)"}\ndialect: postgres', select)
    for header in HEADERS:
        yield view(header.replace("\\n", "\n"), SELECTS[0])
    for select in ON_DEMAND:
        yield view("inputs: {x: 'struct(\"b c\" int, a int)'}\nentities: [user]\nfeatures: {f: int}", select)
        yield view("inputs: {x: int}\nfeatures: {f: int}", select)
    yield from (
        "",
        "\ufeff",
        "SELECT 1",
        "/*---\n---*/",
        "/*---",
        "/* no header */ SELECT 1",
        "---\na: 1\n---\nSELECT 1",
    )
    yield from (
        "/*---\nentities: [user]\ntimestamp: at\n---*/",
        "/*---\r\nentities: [user]\r\ntimestamp: at\r\n---*/\r\nSELECT 1",
    )


@pytest.mark.parametrize("folder", ["features", "spines"])
def test_of_every_file_there_is_sql_or_an_error_in_it(tmp_path: Path, folder: str) -> None:
    for path, text in PROJECT.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (tmp_path / folder).mkdir(exist_ok=True)
    texts = {f"{folder}/w{number:03}.sql": text for number, text in enumerate(files())}
    for path, text in texts.items():
        own = text.replace(" FROM v\n", f" FROM {Path(path).stem}\n").replace("ref('v')", f"ref('{Path(path).stem}')")
        (tmp_path / path).write_text(own, newline="")
    compilation = compile_project(tmp_path)
    wrong = {d.span.path for d in compilation.diagnostics if d.span and d.severity is Severity.ERROR}
    known = compilation.analyzed.views if folder == "features" else compilation.analyzed.spines
    made = {each.spec.file.path for each in known.values()}
    assert {path: texts[path] for path in texts if path not in made | wrong} == {}
    assert len(made) > 20
    silent = {}
    for name, each in compilation.analyzed.views.items():
        if each.spec.file.path in wrong:
            continue
        query, findings = (
            on_demand_query(compilation.analyzed, name)
            if each.spec.inputs
            else build_query(compilation.analyzed, name, get("duckdb"), Physical())
        )
        if query is None and not any(d.severity is Severity.ERROR for d in findings):
            silent[name] = each.spec.file.text
    assert silent == {}


def test_a_type_is_spelled_so_that_it_is_read_as_itself() -> None:
    """By featurec and by DuckDB, whatever its fields are called."""
    with duckdb.connect() as connection:
        words = [str(row[0]) for row in connection.execute("SELECT keyword_name FROM duckdb_keywords()").fetchall()]
        odd = [
            "a",
            "b c",
            "x  y",
            "1a",
            "a-b",
            "é",
            'a"b',
            "a'b",
            "$a",
            "a.b",
            "[",
            ")",
            "--",
            "/*x*/",
            "a\\b",
            "{{",
            "🦆",
        ]
        for name in [*words, *odd]:
            quoted = '"' + name.replace('"', '""') + '"'
            spelled = canonical_type(f"struct({quoted} int, z text[])[]")
            assert spelled is not None, name
            assert canonical_type(spelled) == spelled
            assert fields_of(spelled.removesuffix("[]"))[0] == (name, "integer")
            connection.execute(f"SELECT CAST(NULL AS {spelled})")
            assert canonical_type(f"struct({name} int)") in (
                None,
                f"struct({name} integer)",
                f"struct({quoted} integer)",
            )


@pytest.mark.parametrize(
    "text", ["decimal(x)", "decimal(2,3)", "decimal(0)", "decimal(4,2,1)", "struct(a int, A int)", 'struct("" int)', "struct(a int, int)"]
)  # fmt: skip
def test_what_no_engine_would_take_is_no_type(text: str) -> None:
    assert canonical_type(text) is None


def test_a_file_that_is_passed_over_is_told(tmp_path: Path) -> None:
    for path, text in PROJECT.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    fine = view("entities: [user]\ntimestamp: at", SELECTS[0])
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/linked.sql").write_text(fine)
    (tmp_path / "features/more").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "features/deep").mkdir()
    for path in ("features/upper.SQL", "features/deep/mixed.Sql", "features/readme.md", "features/.hidden.SQL"):
        (tmp_path / path).write_text(fine)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/spend.yaml").write_text("unit_tests: []\n")
    found = compile_project(tmp_path).diagnostics
    assert {(d.code, d.span.path) for d in found if d.span} == {
        ("FC120", "features/deep/mixed.Sql"),
        ("FC120", "features/more"),
        ("FC120", "features/upper.SQL"),
        ("FC120", "tests/spend.yaml"),
    }
