"""What a feature's SELECT may be made of: it reads tables and computes. Anything not listed here is refused."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from sqlglot import exp
from sqlglot.tokenizer_core import Token

from featurec.diagnostic import Diagnostic
from featurec.parse.functions import TABLE_FUNCTIONS, reads_outside, steers
from featurec.parse.place import at_node, at_token
from featurec.template import Rendered
from featurec.template.functions import RELATION_DB

MAX_TREE_DEPTH = 400
"""Of the tree. A chain of one operator adds its length, but for those of ``_LINKS``."""
MAX_LINKS = 2_000
"""AND, OR and set operations in one file."""

_CLAUSES = (
    exp.Alias, exp.Aliases, exp.All, exp.Any, exp.AtTimeZone, exp.Between, exp.BitString, exp.Boolean, exp.Bracket,
    exp.ByteString, exp.CTE, exp.CharacterSet, exp.Cluster, exp.Column, exp.ColumnConstraint, exp.ColumnDef,
    exp.Comprehension, exp.Cube, exp.DataType, exp.DataTypeParam, exp.Distinct, exp.Distribute, exp.Fetch, exp.Filter,
    exp.Final, exp.ForIn, exp.FormatJson, exp.From, exp.FromTimeZone, exp.Group, exp.GroupingSets, exp.Having,
    exp.HavingMax, exp.Heredoc, exp.HexString, exp.Hint, exp.Identifier, exp.IgnoreNulls, exp.In, exp.IndexTableHint,
    exp.Interval, exp.IntervalSpan, exp.JSON, exp.JSONColumnDef, exp.JSONExtractQuote, exp.JSONKeyValue, exp.JSONPath,
    exp.JSONPathPart, exp.JSONSchema, exp.JSONValue, exp.Join, exp.JoinHint, exp.Lambda, exp.Lateral, exp.Limit,
    exp.LimitOptions, exp.Literal, exp.MatchRecognize, exp.MatchRecognizeMeasure, exp.National,
    exp.NotNullColumnConstraint, exp.Null, exp.Offset, exp.OnCondition, exp.Order, exp.Ordered,
    exp.OverflowTruncateBehavior, exp.Pivot, exp.PivotAlias, exp.PivotAny, exp.PreWhere, exp.PseudoType,
    exp.Pseudocolumn, exp.Qualify, exp.Query, exp.RawString, exp.RecursiveWithSearch, exp.RespectNulls, exp.Rollup,
    exp.Schema, exp.Slice, exp.Sort, exp.Star, exp.Table, exp.TableAlias, exp.TableColumn, exp.TableFromRows,
    exp.TableSample, exp.TimeUnit, exp.Tuple, exp.UnicodeString, exp.UnpivotColumns, exp.Values, exp.Var, exp.Variadic,
    exp.Where, exp.Window, exp.WindowSpec, exp.With, exp.WithFill, exp.WithinGroup, exp.XMLKeyValueOption,
    exp.XMLNamespace,
)  # fmt: skip
_STATEMENTS = (
    exp.Alter, exp.Analyze, exp.Attach, exp.Block, exp.Cache, exp.Command, exp.Comment, exp.Commit, exp.Copy, exp.DDL,
    exp.DML, exp.Declare, exp.Describe, exp.Detach, exp.Drop, exp.Execute, exp.Export, exp.Get, exp.Grant, exp.Install,
    exp.Kill, exp.LoadData, exp.Merge, exp.Pragma, exp.Put, exp.Refresh, exp.Revoke, exp.Rollback, exp.Set, exp.Show,
    exp.Summarize, exp.Transaction, exp.TruncateTable, exp.Uncache, exp.Use,
)  # fmt: skip
_PARAMETERS = (exp.Parameter, exp.Placeholder, exp.SessionParameter, exp.DynamicIdentifier)
_OUTSIDE = (exp.ReadCSV, exp.ReadParquet, exp.Secret, exp.ToFile, exp.QueryTransform)
_CALLS = (exp.Anonymous, exp.AnonymousAggFunc, exp.NextValueFor)
_ROWS = (
    exp.Explode, exp.ExplodingGenerateSeries, exp.Flatten, exp.GenerateDateArray, exp.GenerateSeries,
    exp.GenerateTimestampArray, exp.Generator, exp.Inline, exp.JSONTable, exp.OpenJSON, exp.Posexplode, exp.Repeat,
    exp.Split, exp.SplitToTable, exp.Stack, exp.StrtokSplitToTable, exp.Unnest, exp.Values, exp.XMLTable,
)  # fmt: skip
_LINKS = frozenset({exp.And, exp.Or, exp.Union, exp.Intersect, exp.Except})
_PATH = re.compile(
    r"[/\\]|\.(csv|tsv|txt|parquet|json|jsonl|ndjson|orc|avro|arrow|feather|xlsx|db|duckdb)(\.\w+)?$", re.I
)


class Finding(NamedTuple):
    """Why a node is refused.

    Attributes:
        words: which words of the SQL, in upper case, say it, where the node itself has no place.
    """

    code: str
    claim: str
    cause: str
    fix: str
    words: tuple[str, ...] = ()


def refused(tree: exp.Expr, tokens: Sequence[Token], rendered: Rendered) -> list[Diagnostic]:
    """FC171, FC173 and FC801 to FC808, in the order of the text; empty where the tree is an allowed query.

    Args:
        tokens: those that the tree was made of.
    """
    words: dict[tuple[str, ...], Iterator[Token]] = {}
    findings = []

    def refuse(node: exp.Expr, found: Finding) -> None:
        code, claim, cause, fix, said = found
        token = next(words.setdefault(said, (t for t in tokens if t.text.upper() in said)), None) if said else None
        placed = at_token(code, claim, token, rendered, cause, fix) if token else None
        findings.append(placed or at_node(code, claim, node, rendered, cause, fix))

    if not isinstance(tree, exp.Query):
        refuse(tree, _statement(tree))
        return findings
    links = 0
    stack: list[tuple[exp.Expr, int]] = [(tree, 1)]
    while stack:
        node, depth = stack.pop()
        kind = type(node)
        try:
            check = _CHECKS[kind]
        except KeyError:
            check = _CHECKS[kind] = _check(kind)
        found = check(node) if check else None
        if kind in _LINKS:
            links += 1
            depth -= type(node.parent) is kind
        if depth > MAX_TREE_DEPTH or links == MAX_LINKS:
            found = _DEEP
        if found:
            refuse(node, found)
        else:
            stack.extend([(child, depth + 1) for child in node.iter_expressions()])
    return sorted(findings, key=lambda finding: finding.span.start if finding.span else 0)


_DEEP = Finding(
    "FC173",
    f"more than {MAX_TREE_DEPTH} operators, or {MAX_LINKS:,} of AND, OR and UNION, follow each other",
    "such a query is not read further",
    "split it into several views, or use IN, a list or a table of values",
)


def _check(kind: type[exp.Expr]) -> Callable[[exp.Expr], Finding | None] | None:
    """What nodes of a kind are checked for; None for those that are always allowed."""
    for kinds, check in _ORDER:
        if issubclass(kind, kinds):
            return check
    return _clause


def _statement(node: exp.Expr) -> Finding:
    word = node.name.upper() if isinstance(node, exp.Command) else type(node).__name__.upper()
    cause = "a view or spine is one SELECT, its CTEs and subqueries too"
    return Finding("FC801", f"`{word}` is no SELECT", cause, "write a SELECT", (word,))


def _outside(node: exp.Expr) -> Finding:
    name = "TRANSFORM … USING" if isinstance(node, exp.QueryTransform) else _name(node)
    cause = "it reads files, the network, other databases or settings, or runs a text"
    fix = "declare tables and files in sources.yml; hand in settings with `{{ var('name') }}`"
    return Finding("FC802", f"`{name}` reads what is no declared table", cause, fix)


def _name(node: exp.Expr) -> str:
    return node.sql_name().lower() if isinstance(node, exp.Func) and not isinstance(node, _CALLS) else node.name


def _call(node: exp.Expr) -> Finding | None:
    name = _name(node)
    if reads_outside(name.lower()):
        return _outside(node)
    if isinstance(node, exp.NextValueFor) or steers(name.lower()):
        cause, fix = "it waits, locks, writes or steers the server", "remove the call"
        return Finding("FC805", f"`{name or 'NEXT VALUE FOR'}` does more than compute a value", cause, fix)
    return None


def _table(node: exp.Expr) -> Finding | None:
    at = node.this
    if isinstance(at, exp.Identifier):
        path = at.this if at.quoted and _PATH.search(at.this) and node.text("db") != RELATION_DB else ""
    elif isinstance(at, exp.Func):
        return _rows(node)
    else:
        path = at.name if isinstance(at, exp.Literal | exp.Var) else ""
    if not path:
        return None
    cause, fix = "files are read as declared sources only", "declare it in sources.yml with `path:` and read the source"
    return Finding("FC803", f"`{path}` is a file, not a table", cause, fix)


def _rows(node: exp.Expr) -> Finding | None:
    """A function in FROM. What is refused wherever it stands is left to its own check."""
    at = node.this
    if not isinstance(at, exp.Func) or isinstance(at, (*_ROWS, *_PARAMETERS, *_OUTSIDE)):
        return None
    name = _name(at)
    if name.lower() in TABLE_FUNCTIONS or _call(at):
        return None
    cause = "in FROM may stand functions that make rows of their arguments, such as `unnest` and `generate_series`"
    return Finding("FC806", f"`{name}` is no function that FROM may read", cause, "read a source, a view or a CTE")


def _from(node: exp.Expr) -> Finding | None:
    if not isinstance(node.this, exp.Select):
        return None
    return Finding("FC171", "a subquery in FROM lacks its brackets", "", "write `FROM (SELECT …)`", ("FROM",))


def _query(node: exp.Expr) -> Finding | None:
    if node.args.get("format"):
        cause = "its result is a table"
        return Finding("FC804", "the SELECT has `FORMAT`", cause, "remove the `FORMAT` clause", ("FORMAT",))
    if isinstance(node, exp.Select) and not node.expressions and not isinstance(node.parent, exp.Exists):
        return Finding("FC171", "a SELECT names no columns", "", "name them between SELECT and FROM", ("SELECT",))
    return None


def _write(node: exp.Expr) -> Finding:
    word, cause = ("INTO", "it would write a table") if isinstance(node, exp.Into) else ("FOR", "it would lock rows")
    fix = f"remove the `{word}` clause"
    return Finding("FC804", f"the SELECT has `{word}`", f"{cause}; a view or spine only reads", fix, (word,))


def _parameter(node: exp.Expr) -> Finding:
    words: tuple[str, ...]
    if isinstance(node, exp.DynamicIdentifier):
        claim, words = "the SQL takes a table's name from a text", ("IDENTIFIER",)
    else:
        claim, words = "the SQL has a parameter", ("$", "@", "?", ":", "{")
    cause = "nothing fills it in: the SQL of a view is complete"
    return Finding("FC807", claim, cause, "write the value, or `{{ var('name') }}`", words)


def _clause(node: exp.Expr) -> Finding:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__).lower()
    cause = f"{words}: not among what featurec checks for the future"
    return Finding("FC808", "the SQL uses a construct that is not supported", cause, "write it with plain clauses")


_ORDER: tuple[tuple[tuple[type[exp.Expr], ...], Callable[[exp.Expr], Finding | None] | None], ...] = (
    (_OUTSIDE, _outside),
    (_PARAMETERS, _parameter),
    (_STATEMENTS, _statement),
    ((exp.Into, exp.Lock), _write),
    (_CALLS, _call),
    ((exp.Table,), _table),
    ((exp.TableFromRows, exp.Lateral), _rows),
    ((exp.From,), _from),
    ((exp.Query,), _query),
    ((*_CLAUSES, exp.Func, exp.Binary, exp.Unary), None),
)
"""The first that fits decides."""

_CHECKS: dict[type[exp.Expr], Callable[[exp.Expr], Finding | None] | None] = {}
"""By kind of node, filled as kinds are met."""
