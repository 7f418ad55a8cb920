"""What a reader sees of a finding, a table, a lineage, and the explanation of an as-of lookup."""

import io
import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from featurec.analysis.model import LineageEdge
from featurec.diagnostic import Diagnostic, Label, Severity
from featurec.report import lineage
from featurec.report.console import Console
from featurec.report.excerpt import LONGEST
from featurec.report.json import finding as as_json
from featurec.report.line import cells, clean, line, plain, shorten
from featurec.report.pages import find_page, page_lines, pages
from featurec.report.table import table
from featurec.report.text import count, finding, findings, summary
from featurec.report.why import StoredRow, decide, duration
from featurec.source import SourceFile, Span

SPEND = SourceFile(
    "features/spend.sql",
    "SELECT user_id,\n"
    "\tamount AS 金額, x\x1b[31m\u202e AS été\n"
    "FROM {{ source('shop', 'ordres') }}\n"
    "WHERE a\n  AND b\n  AND c\n  AND d\n",
)


def place(file: SourceFile, first: str, last: str | None = None) -> Span:
    start = file.text.index(first)
    end = file.text.index(last) + len(last) if last else start + len(first)
    return file.span(start, end)


def shown(diagnostic: Diagnostic) -> str:
    return plain(finding(diagnostic))


def test_a_finding_has_five_parts_in_order() -> None:
    assert shown(
        Diagnostic(
            "FC201",
            "`spend` reads `shop.ordres`, which is not declared",
            place(SPEND, "ordres"),
            cause="sources.yml declares three tables of `shop`, none of that name",
            fix="did you mean `orders`?\nor declare it in sources.yml",
        )
    ) == (
        "error[FC201]: `spend` reads `shop.ordres`, which is not declared\n"
        "  --> features/spend.sql:3:25\n"
        "  |\n"
        "3 | FROM {{ source('shop', 'ordres') }}\n"
        "  |                         ^^^^^^\n"
        "  |\n"
        "cause: sources.yml declares three tables of `shop`, none of that name\n"
        "fix:   did you mean `orders`?\n"
        "       or declare it in sources.yml\n"
        "page:  featurec explain FC201\n"
    )


def test_carets_stand_under_tabs_and_wide_letters_and_controls_are_not_printed() -> None:
    lines = shown(Diagnostic("FC201", "\x1b[2Jclaim\x07\u202e", place(SPEND, "金額"))).splitlines()
    assert lines[0] == "error[FC201]: [2Jclaim"
    assert lines[3] == "2 |     amount AS 金額, x[31m AS été"
    assert lines[4] == "  |               ^^^^"


def test_a_span_of_three_lines_is_shown_whole_and_a_longer_one_by_its_ends() -> None:
    whole = shown(Diagnostic("FC201", "c", place(SPEND, "WHERE", "AND c")))
    assert [x for x in whole.splitlines() if "^" in x] == ["  | ^^^^^^^", "  |   ^^^^^", "  |   ^^^^^"]
    ends = shown(Diagnostic("FC201", "c", place(SPEND, "a\n  AND b", "AND d\n"))).splitlines()
    assert ends[3:8] == ["4 | WHERE a", "  |       ^", "...", "7 |   AND d", "  |   ^^^^^"]


@pytest.mark.parametrize("before", [0, 10, 70, 90, 400])
def test_of_a_long_line_the_part_around_the_place_is_shown(before: int) -> None:
    file = SourceFile("f.sql", "x" * before + "ERR" + "y" * 500)
    text, carets = shown(Diagnostic("FC201", "c", place(file, "ERR"))).splitlines()[3:5]
    assert text[carets.index("^") : carets.rindex("^") + 1] == "ERR"
    assert cells(text) <= LONGEST + len("1 | ")
    assert text.endswith("…")


def test_labels_follow_in_their_own_file() -> None:
    other = SourceFile("entities.yml", "entities:\n  - name: user\n")
    text = shown(
        Diagnostic("FC202", "c", place(SPEND, "user_id"), labels=(Label(place(other, "user"), "declared here"),))
    )
    assert text.splitlines()[1:] == [
        "  --> features/spend.sql:1:8",
        "  |",
        "1 | SELECT user_id,",
        "  |        ^^^^^^^",
        "  |",
        "  ::: entities.yml:2:11",
        "  |",
        "2 |   - name: user",
        "  |           ---- declared here",
        "  |",
        "page:  featurec explain FC202",
    ]


@pytest.mark.parametrize("text", ["", "a", "a\n", "a\n\n"])
def test_every_place_of_a_file_can_be_shown(text: str) -> None:
    file = SourceFile("f.yml", text)
    for start in range(len(text) + 1):
        for end in range(start, len(text) + 2):
            assert shown(Diagnostic("FC101", "c", file.span(start, end))).startswith("error[FC101]: c\n")


def test_findings_come_in_order_of_place_without_repeats() -> None:
    last, first = Diagnostic("FC202", "b", place(SPEND, "FROM")), Diagnostic("FC201", "a", place(SPEND, "user_id"))
    nowhere = Diagnostic("FC950", "c")
    text = plain(findings([last, first, last, nowhere]))
    positions = [text.index(f"[{d.code}]") for d in (nowhere, first, last)]
    assert all(a < b for a, b in pairwise(positions))
    assert text.count("FC202]") == 1


def test_summary_counts() -> None:
    error, warning = Diagnostic("FC101", "a"), Diagnostic("FC102", "b", severity=Severity.WARNING)
    assert plain([summary([error, error, warning], 12)]) == "1 error, 1 warning in 12 files\n"
    assert plain([summary([], 1)]) == "no findings in 1 file\n"
    assert [count(0, "row"), count(1, "entity"), count(2, "entity"), count(1234, "day")] == [
        "0 rows", "1 entity", "2 entities", "1,234 days",
    ]  # fmt: skip


def test_the_json_of_a_finding_has_every_key() -> None:
    full = as_json(Diagnostic("FC201", "c", place(SPEND, "ordres"), labels=(Label(place(SPEND, "FROM"), "x"),)))
    bare = as_json(Diagnostic("FC950", "c"))
    assert full.keys() == bare.keys()
    assert (full["path"], full["line"], full["column"], full["end_line"], full["end_column"]) == (
        "features/spend.sql", 3, 25, 3, 31,
    )  # fmt: skip
    assert json.loads(json.dumps(full)) == full


def test_cleaned_text_cannot_move_the_cursor() -> None:
    assert clean("a\x00\x1b[2J\r\x9b\u2028\u202eb\ud800\u00ad") == "a[2Jb"
    assert clean("a\tb\nc") == "a    b c"
    assert cells("e\u0301金") == 3
    assert shorten("金額金額", 5) == "金額…"


def test_console_hides_secrets_and_keeps_results_apart(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console()
    console.hide(["hunter22", "abc"])
    console.result("password hunter22, abc")
    console.note("connecting with hunter22")
    console.report([Diagnostic("FC901", "cannot connect to postgres://u:hunter22@h/db")])
    out, err = capsys.readouterr()
    assert out == "password *****, abc\n"
    assert "hunter22" not in err
    assert err.count("*****") == 2


def test_quiet_leaves_errors_only(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console()
    console.quiet = True
    console.note("working")
    console.report([Diagnostic("FC101", "bad"), Diagnostic("FC102", "odd", severity=Severity.WARNING)], files=3)
    assert "FC102" not in (err := capsys.readouterr().err)
    assert "error[FC101]: bad" in err
    assert "working" not in err


def test_json_log_is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console()
    console.format, console.log_is_product = "json", True
    console.note("working", view="spend")
    console.report([Diagnostic("FC101", "two\nlines")], files=3)
    note, found = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert note == {"event": "note", "text": "working", "view": "spend"}
    assert (found["event"], found["claim"]) == ("diagnostic", "two\nlines")


def test_a_terminal_gets_colours_and_markup_in_data_stays_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    stream = io.StringIO()
    monkeypatch.setattr("sys.stdout", stream)
    console = Console()
    console.show([line(("[red]name[/red]", "bold"), " :smile: [link=x]")])
    assert "\x1b[1m" in stream.getvalue()
    assert "[red]name[/red]" in stream.getvalue()
    assert ":smile: [link=x]" in stream.getvalue()
    console.no_color = True
    stream.truncate(0)
    console.show([line(("name", "bold"))])
    assert "\x1b" not in stream.getvalue()


def test_table_aligns_by_cells() -> None:
    rows = [["金額", "1"], [None, "1,000"]]
    assert plain(table(["name", "n"], rows, right=[False, True])) == "name      n\n金額      1\nNULL  1,000\n"


def test_every_page_can_be_shown_and_found() -> None:
    assert pages()
    for page in pages():
        assert find_page(page.code.lower()) == page
        assert find_page(page.name) == page
        assert page.summary
        assert plain(page_lines(page)).startswith(f"{page.code} {page.name}")
    assert find_page("FC000") is None


NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def row(event: int, available: int | None = None, created: int | None = None, **values: object) -> StoredRow:
    """A stored row at hours relative to NOON."""

    def at(hours: int) -> datetime:
        return NOON + timedelta(hours=hours)

    known = at(event if available is None else available)
    return StoredRow(at(event), None if created is None else at(created), known, max(at(event), known), values)


def test_each_row_gets_its_reason() -> None:
    rows = [
        row(2, v=9),
        row(-1, 1, v=8),
        row(-3, -2, -1, v=7),
        row(-3, -2, -2, v=6),
        row(-3, -2, None, v=5),
        row(-4, v=4),
    ]
    verdict = decide(rows, NOON, timedelta(hours=3))
    assert [d.reason for d in verdict.decisions] == [
        "not yet: usable from 2024-03-01 14:00:00, 2h after the time asked",
        "not yet: usable from 2024-03-01 13:00:00, 1h after the time asked",
        "chosen",
        "same event time, created 1h earlier",
        "same event time, but it has no created_timestamp",
        "older by 1h",
    ]
    assert verdict.status("v") == "PRESENT"


def test_ttl_is_inclusive_and_strict_excludes_the_instant() -> None:
    rows = [row(-3, v=None)]
    assert decide(rows, NOON, timedelta(hours=3)).status("v") == "NULL_VALUE"
    expired = decide(rows, NOON, timedelta(hours=3) - timedelta(microseconds=1))
    assert expired.status("v") == "OUTSIDE_MAX_AGE"
    assert expired.decisions[0].chosen
    assert decide([row(0, v=1)], NOON, None).status("v") == "PRESENT"
    assert decide([row(0, v=1)], NOON, None, strict=True).status("v") == "NOT_FOUND"
    assert decide([], NOON, None).status("v") == "NOT_FOUND"


def test_a_tie_names_what_decides() -> None:
    rows = [row(-1, v=1, w=2), row(-1, v=1, w=1), row(-1, v=1, w=2)]
    assert [d.reason for d in decide(rows, NOON, None).decisions] == [
        "chosen",
        "same times: the greater `w` wins the tie",
        "a copy of the chosen row",
    ]


def test_durations() -> None:
    spans = [
        timedelta(0),
        timedelta(days=3, hours=4, minutes=5),
        timedelta(days=1, minutes=5),
        timedelta(microseconds=1),
    ]
    assert [duration(s) for s in spans] == ["0s", "3d 4h", "1d", "1us"]


def arrows() -> list[lineage.Arrow]:
    def arrow(edge: LineageEdge, relation: str, column: str = "") -> lineage.Arrow:
        return lineage.Arrow(lineage.Node(edge.relation, edge.column), lineage.Node(relation, column), edge.kind)

    return [
        arrow(LineageEdge("source.shop.orders", "amount", "value"), "view.spend", "total"),
        arrow(LineageEdge("source.shop.orders", "status", "filter"), "view.spend"),
        arrow(LineageEdge("view.spend", "total", "value"), "view.rank", 'a"b'),
    ]


def test_lineage_upstream_goes_through_the_rows() -> None:
    start = lineage.Node("view.rank", 'a"b')
    found = lineage.reachable(arrows(), [start], downstream=False)
    assert found == sorted(arrows())
    assert plain(lineage.text(found, [start], downstream=False)) == (
        'rank:a"b\n  value  spend:total\n    value  shop.orders:amount\n    rows   of spend\n      filter shop.orders:status\n'
    )


def test_lineage_downstream() -> None:
    start = lineage.Node("source.shop.orders", "amount")
    found = lineage.reachable(arrows(), [start], downstream=True)
    assert [a.target.name for a in found] == ["spend:total", 'rank:a"b']


def test_mermaid_escapes_names() -> None:
    text = "\n".join(lineage.mermaid(arrows()))
    assert text.startswith("flowchart LR\n")
    assert "a#quot;b" in text
    assert "-. filter .->" in text
