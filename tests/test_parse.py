"""SQL to a tree: what is refused, with which code, at which place; what is accepted."""

import re
from pathlib import Path

import pytest
from sqlglot import exp

from featurec.diagnostic import Diagnostic
from featurec.parse import parse_select, span_of
from featurec.source import LineMap, Segment, SourceFile
from featurec.template import Rendered
from tests.shop import findings_of, view

LEGAL = Path(__file__).parent / "legal_sql"


def rendered(sql: str) -> Rendered:
    """SQL without a template around it."""
    file = SourceFile("features/v.sql", sql)
    return Rendered(sql, LineMap(file, (Segment(0, file.span(0, len(sql)), verbatim=True),)))


def parsed(sql: str, dialect: str = "duckdb") -> exp.Query:
    tree, findings = parse_select(rendered(sql), dialect)
    assert tree is not None
    assert findings == []
    return tree


def findings(sql: str, dialect: str = "duckdb") -> list[Diagnostic]:
    tree, found = parse_select(rendered(sql), dialect)
    assert tree is None
    return found


def assert_refused(marked: str, code: str, dialect: str = "duckdb") -> Diagnostic:
    """The SQL gives one finding, at the place between ‹ and ›."""
    sql = marked.replace("‹", "").replace("›", "")
    (finding,) = findings(sql, dialect)
    assert finding.span is not None
    place = (finding.span.start, finding.span.end)
    assert (finding.code, place) == (code, (marked.index("‹"), marked.index("›") - 1)), finding
    assert finding.claim
    assert finding.fix
    return finding


def statements(file: Path) -> list[str]:
    return [s for s in re.split(r"^-- .*\n", file.read_text(), flags=re.MULTILINE) if s.strip()]


@pytest.mark.parametrize("file", sorted(LEGAL.glob("*.sql")), ids=lambda file: file.stem)
def test_legal_sql_is_accepted(file: Path) -> None:
    refused = {sql: found for sql in statements(file) if (found := parse_select(rendered(sql), file.stem)[1])}
    assert refused == {}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT a FROM t;",
        "SELECT a FROM t; -- the end",
        "-- first\n/* second */ SELECT a FROM t",
        "(SELECT a FROM t)",
        "(SELECT a FROM t) UNION ALL (SELECT a FROM u) ORDER BY a LIMIT 3",
        "WITH c AS (SELECT a FROM t) (SELECT a FROM c)",
        "FROM t",
        "FROM t SELECT a",
        "SELECT ';' AS a, \"x;y\" FROM t -- ; DROP TABLE t",
        'SELECT été, "o\'clock" FROM t',
        "SELECT 'a\u200db' AS emoji FROM t",
    ],
)
def test_one_select_is_accepted_however_it_is_dressed(sql: str) -> None:
    assert isinstance(parsed(sql), exp.Query)


@pytest.mark.parametrize("sql", ["", "  \n", "-- nothing\n", "/* nothing */", ";"])
def test_a_file_without_a_select_is_refused(sql: str) -> None:
    assert [f.code for f in findings(sql)] == ["FC170"]


@pytest.mark.parametrize(
    "marked",
    [
        "SELECT a ‹b› c FROM t".replace("‹b› c", "b ‹c›"),
        "SELECT f(a ‹FROM› t",
        "SELECT a FROM t ‹WHERE›",
        "SELECT a FROM (‹t›",
        "SELECT a,\n  b\nFROM t ‹GROUP› a".replace("‹GROUP› a", "GROUP ‹a›"),
        "‹SELCT› a FROM t",
        "‹)›",
        "SELECT a FROM t WHERE b = ‹'›x",
        "SELECT a ‹/*› FROM t",
        'SELECT ‹"›a FROM t',
        "SELECT ‹$$›a FROM t",
        "SELECT a ‹FROM› FROM t",
        "‹SELECT›",
    ],
)
def test_what_cannot_be_read_is_refused_where_reading_stops(marked: str) -> None:
    assert_refused(marked, "FC171")


def test_a_misspelt_beginning_brings_a_suggestion() -> None:
    assert "did you mean `SELECT`?" in findings("SELCT a FROM t")[0].fix


def test_what_the_parser_expected_is_said() -> None:
    assert findings("SELECT f(a FROM t")[0].cause == "expected here: )"


@pytest.mark.parametrize("marked", ["SELECT 1 AS a; ‹SELECT› 2", "SELECT 1 AS a;‹;›", "SELECT 1 AS a; ‹DROP› TABLE t"])
def test_a_second_statement_is_refused(marked: str) -> None:
    assert_refused(marked, "FC172")


@pytest.mark.parametrize(
    "marked",
    [
        "SELECT ‹“›a” FROM t".replace("a”", "a”"),
        "SELECT a‹\u200b›b FROM t",
        "SELECT 1 AS a ‹；›",
        "SELECT a‹\x00›b FROM t",
        "SELECT 'x‹\u202e›y' AS a FROM t",
        "SELECT a /* ‹\u2066› */ FROM t",
    ],
)
def test_characters_that_do_not_show_what_is_read_are_refused(marked: str) -> None:
    assert_refused(marked, "FC174")


@pytest.mark.parametrize(
    ("dialect", "marked"),
    [
        ("duckdb", "‹INSERT› INTO t VALUES (1)"),
        ("duckdb", "‹COPY› t TO 'x.csv'"),
        ("duckdb", "‹SET› threads = 1"),
        ("duckdb", "‹PRAGMA› version"),
        ("duckdb", "‹ATTACH› 'x.db'"),
        ("duckdb", "‹PIVOT› t ON a"),
        ("duckdb", "‹VALUES› (1)"),
        ("duckdb", "‹EXPLAIN› SELECT 1"),
        ("duckdb", "FROM (‹SUMMARIZE› t)"),
        ("duckdb", "WITH a AS (SELECT 1 AS b) ‹INSERT› INTO t SELECT b FROM a"),
        ("postgres", "WITH a AS (‹DELETE› FROM t RETURNING b) SELECT b FROM a"),
        ("postgres", "‹CALL› f()"),
        ("postgres", "‹DO› $$ BEGIN END $$"),
        ("postgres", "‹COPY› (SELECT 1) TO PROGRAM 'cat'"),
        ("spark", "‹ADD JAR› x"),
    ],
)
def test_other_statements_are_refused(dialect: str, marked: str) -> None:
    assert_refused(marked, "FC801", dialect)


@pytest.mark.parametrize(
    ("dialect", "marked"),
    [
        ("duckdb", "SELECT a FROM ‹read_csv›('x')"),
        ("duckdb", "SELECT a FROM main.‹read_text›('x')"),
        ("duckdb", "SELECT a FROM ‹query›('SELECT 1')"),
        ("duckdb", "SELECT ‹\"GetEnv\"›('HOME') AS a FROM t"),
        ("duckdb", "SELECT 'HOME'.‹getenv›() AS a FROM t"),
        ("duckdb", "SELECT list_transform([1], x -> ‹getenv›('HOME')) AS a FROM t"),
        ("postgres", "SELECT a FROM t, LATERAL ‹pg_ls_dir›('.') AS d"),
        ("postgres", "SELECT a FROM ROWS FROM (‹pg_read_file›('x'), generate_series(1, 2)) AS r (a, b)"),
        ("postgres", "SELECT ‹query_to_xml›('SELECT 1', true, true, '') AS a"),
        ("postgres", "SELECT ‹database_to_xmlschema›(true, true, '') AS a"),
        ("postgres", "SELECT a FROM ‹dblink›('x', 'y') AS d (a int)"),
        ("postgres", 'SELECT U&‹"pg\\005fsleep"›(1) AS a FROM t'),
        ("clickhouse", "SELECT ‹file›('x') AS a FROM t"),
        ("clickhouse", "SELECT a FROM ‹url›('http://x', 'CSV')"),
        ("snowflake", "SELECT a FROM TABLE(‹RESULT_SCAN›('x'))"),
        ("bigquery", "SELECT a FROM ‹EXTERNAL_QUERY›('c', 'q')"),
        ("spark", "SELECT ‹reflect›('java.lang.System', 'getenv', 'X') AS a FROM t"),
        ("spark", "SELECT TRANSFORM(‹b›) USING 'cat' AS a FROM t"),
    ],
)
def test_functions_that_read_other_things_than_tables_are_refused(dialect: str, marked: str) -> None:
    assert_refused(marked, "FC802", dialect)


@pytest.mark.parametrize(
    ("dialect", "marked"),
    [
        ("duckdb", "SELECT a FROM ‹'x.parquet'›"),
        ("duckdb", 'SELECT a FROM ‹"data/x"›'),
        ("duckdb", "SELECT a FROM t JOIN ‹'https://x/y'› USING (b)"),
        ("spark", "SELECT a FROM parquet.‹`/a/b`›"),
        ("snowflake", "SELECT a FROM ‹'s3://b/x'›"),
    ],
)
def test_tables_given_by_path_are_refused(dialect: str, marked: str) -> None:
    assert_refused(marked, "FC803", dialect)


@pytest.mark.parametrize(
    ("dialect", "marked"),
    [
        ("postgres", "SELECT a ‹INTO› u FROM t"),
        ("postgres", "SELECT a FROM t ‹FOR› UPDATE"),
        ("postgres", "SELECT a FROM (SELECT a FROM t ‹FOR› SHARE) AS s"),
        ("clickhouse", "SELECT a FROM t ‹FORMAT› JSON"),
    ],
)
def test_a_select_that_writes_or_locks_is_refused(dialect: str, marked: str) -> None:
    assert_refused(marked, "FC804", dialect)


@pytest.mark.parametrize(
    ("dialect", "marked"),
    [
        ("postgres", "SELECT ‹pg_sleep›(1) AS a"),
        ("postgres", "SELECT pg_catalog.‹\"pg_sleep_for\"›('1s') AS a"),
        ("postgres", "SELECT a FROM ‹pg_sleep›(1) AS p (a)"),
        ("postgres", "SELECT ‹pg_terminate_backend›(1) AS a"),
        ("postgres", "SELECT ‹set_config›('a', 'b', true) AS a"),
        ("duckdb", "SELECT ‹nextval›('s') AS a"),
        ("duckdb", "SELECT ‹sleep_ms›(1000) AS a"),
        ("clickhouse", "SELECT ‹sleepEachRow›(1) AS a"),
        ("snowflake", "SELECT ‹SYSTEM$WAIT›(5) AS a"),
    ],
)
def test_functions_that_wait_or_steer_are_refused(dialect: str, marked: str) -> None:
    assert_refused(marked, "FC805", dialect)


@pytest.mark.parametrize(
    ("dialect", "marked"),
    [
        ("clickhouse", "SELECT a FROM ‹merge›('db', 'x.*')"),
        ("duckdb", "SELECT a FROM ‹some_extension_function›(1)"),
        ("trino", "SELECT a FROM ‹TABLE›(system.query(query => 'SELECT 1'))"),
    ],
)
def test_only_known_functions_may_stand_in_from(dialect: str, marked: str) -> None:
    assert_refused(marked, "FC806", dialect)


@pytest.mark.parametrize(
    ("dialect", "marked"),
    [
        ("duckdb", "SELECT a FROM t WHERE b = ‹?›"),
        ("postgres", "SELECT a FROM t WHERE b = ‹$›1"),
        ("bigquery", "SELECT ‹@›x AS a"),
        ("spark", "SELECT ‹:›x AS a"),
        ("clickhouse", "SELECT ‹{›a:Int32} AS a"),
        ("snowflake", "SELECT a FROM ‹IDENTIFIER›('t')"),
    ],
)
def test_parameters_are_refused(dialect: str, marked: str) -> None:
    assert_refused(marked, "FC807", dialect)


def test_what_is_not_on_the_list_of_constructs_is_refused() -> None:
    assert_refused("SELECT a FROM t AT(TIMESTAMP => ‹'2024-01-01'›)", "FC808", "snowflake")


def test_every_mistake_is_reported_at_once() -> None:
    found = findings("SELECT getenv('a'), nextval('b') FROM 'x.csv' WHERE c = ?")
    assert [f.code for f in found] == ["FC802", "FC805", "FC803", "FC807"]


def test_a_long_list_of_conditions_is_accepted() -> None:
    assert parsed("SELECT a FROM t WHERE b = 0" + "".join(f" OR b = {i}" for i in range(1500)))


def test_a_node_has_the_place_where_it_was_written() -> None:
    text = rendered("SELECT a,\n  b + 1 AS c\nFROM t")
    tree, _ = parse_select(text, "duckdb")
    assert tree is not None
    assert str(span_of(tree.selects[1], text)) == "features/v.sql:2:3"


def test_a_function_that_is_a_keyword_has_the_place_where_it_was_written() -> None:
    text = rendered("SELECT 'current_date' AS a, f(CURRENT_DATE) AS c FROM t")
    tree, _ = parse_select(text, "duckdb")
    clock = tree.find(exp.CurrentDate) if tree else None
    assert clock is not None
    assert str(span_of(clock, text)) == "features/v.sql:1:31"
    assert span_of(clock, text).text == "CURRENT_DATE"


def test_a_node_without_a_place_has_that_of_what_surrounds_it() -> None:
    text = rendered("SELECT f(NULL) AS c FROM t")
    tree, _ = parse_select(text, "duckdb")
    null = tree.find(exp.Null) if tree else None
    assert null is not None
    assert span_of(null, text).text == "f"


def test_a_place_inside_a_template_is_that_of_the_expression_which_wrote_it() -> None:
    sql = "{% for n in [1, 2] %}{% endfor %}\nSELECT user_id, created_at,\n  {{ 'getenv' }}('x') AS x FROM shop.orders"
    (finding,) = findings_of({"features/v.sql": view(sql)})
    assert (finding.code, finding.span and finding.span.text) == ("FC802", "{{ 'getenv' }}")


def test_a_place_after_an_expression_is_exact() -> None:
    sql = "SELECT user_id, created_at, {{ 1 + 1 }} AS n, getenv('x') AS x FROM {{ source('shop', 'orders') }}"
    (finding,) = findings_of({"features/v.sql": view(sql)})
    assert (finding.code, finding.span and finding.span.text) == ("FC802", "getenv")


def test_stand_ins_of_relations_are_no_paths() -> None:
    assert parsed('SELECT a FROM "__fc"."source.raw.json"')
