"""What a feature's SELECT may be made of: it reads tables and computes. Anything not listed here is refused."""

import re
from collections.abc import Callable

from sqlglot import exp

from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.parse.functions import TABLE_FUNCTIONS, reads_outside, steers
from featurec.parse.place import at_node
from featurec.template import Rendered
from featurec.template.functions import RELATION_DB

MAX_TREE_DEPTH = 400
"""Of the tree; every operator, join and UNION of a chain adds one."""

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
_PATH = re.compile(
    r"[/\\]|\.(csv|tsv|txt|parquet|json|jsonl|ndjson|orc|avro|arrow|feather|xlsx|db|duckdb)(\.\w+)?$", re.I
)

Finding = tuple[str, str, str, str]
"""Code, claim, cause and fix."""


def refused(tree: exp.Expr, rendered: Rendered) -> list[Diagnostic]:
    """FC173 and FC801 to FC808, in the order of the text; empty where the tree is an allowed query."""
    if not isinstance(tree, exp.Query):
        return [at_node(*_statement(tree)[:2], tree, rendered, *_statement(tree)[2:])]
    findings = []
    stack: list[tuple[exp.Expr, int]] = [(tree, 1)]
    while stack:
        node, depth = stack.pop()
        kind = type(node)
        try:
            check = _CHECKS[kind]
        except KeyError:
            check = _CHECKS[kind] = _check(kind)
        found = check(node) if check else None
        if depth > MAX_TREE_DEPTH:
            claim = f"more than {MAX_TREE_DEPTH} operators, joins or set operations follow each other"
            found = ("FC173", claim, "such a query is not read further", "split it into several views")
        if found:
            code, claim, cause, fix = found
            findings.append(at_node(code, claim, node, rendered, cause, fix))
        else:
            stack.extend([(child, depth + 1) for child in node.iter_expressions()])
    return sorted(findings, key=lambda finding: finding.span.start if finding.span else 0)


def _check(kind: type[exp.Expr]) -> Callable[[exp.Expr], Finding | None] | None:
    """What nodes of a kind are checked for; None for those that are always allowed."""
    for kinds, check in _ORDER:
        if issubclass(kind, kinds):
            return check
    return _clause


def _statement(node: exp.Expr) -> Finding:
    word = type(node).__name__.upper()
    if isinstance(node, exp.Command):
        word = node.name.upper() or word
    fix = "write it as a SELECT: `SELECT … FROM t PIVOT (…)`" if isinstance(node, exp.Pivot) else "write a SELECT"
    return "FC801", f"`{word}` is no SELECT", "a view or spine is one SELECT, in its CTEs and subqueries too", fix


def _outside(name: str) -> Finding:
    cause = "it reads files, the network, other databases or the environment, or runs what it is given as text"
    return "FC802", f"`{name}` reads what is no declared table", cause, "declare it in sources.yml and read the source"


def _call(node: exp.Expr) -> Finding | None:
    name = "NEXT VALUE FOR" if isinstance(node, exp.NextValueFor) else node.name
    if reads_outside(name.lower()):
        return _outside(name)
    if isinstance(node, exp.NextValueFor) or steers(name.lower()):
        return "FC805", f"`{name}` does more than compute a value", "it waits, locks, writes or steers", "remove it"
    return None


def _table(node: exp.Expr) -> Finding | None:
    at = node.this
    if isinstance(at, exp.Identifier):
        path = at.this if node.text("db") != RELATION_DB and at.quoted and _PATH.search(at.this) else ""
    elif isinstance(at, exp.Func):
        return _rows(node)
    else:
        path = at.name if isinstance(at, exp.Literal | exp.Var) else ""
    if not path:
        return None
    fix = "declare it in sources.yml with `path:` and read the source"
    return "FC803", f"`{path}` is a file, not a table", "files are read as declared sources only", fix


def _rows(node: exp.Expr) -> Finding | None:
    """A function in FROM. The wrong one is refused here unless its own check says more."""
    at = node.this
    if not isinstance(at, exp.Func) or isinstance(at, (*_ROWS, *_PARAMETERS, *_OUTSIDE)):
        return None
    name = at.name if isinstance(at, exp.Anonymous) else at.sql_name()
    if name.lower() in TABLE_FUNCTIONS or _call(at):
        return None
    cause = "only functions that make rows of their arguments may stand in FROM"
    return "FC806", f"`{name.lower()}` is no function that FROM may read", cause, did_you_mean(name, TABLE_FUNCTIONS)


def _from(node: exp.Expr) -> Finding | None:
    if not isinstance(node.this, exp.Select):
        return None
    return "FC171", "a subquery in FROM lacks its brackets", "", "write `FROM (SELECT …)`"


def _query(node: exp.Expr) -> Finding | None:
    said = node.args.get("format")
    if not said:
        return None
    return "FC804", "the SELECT says in what format to print", "its result is a table", "remove `FORMAT`"


def _write(node: exp.Expr) -> Finding:
    word, cause = ("INTO", "it would write a table") if isinstance(node, exp.Into) else ("FOR", "it would lock rows")
    return "FC804", f"the SELECT has `{word}`", f"{cause}; a view or spine only reads", f"remove the `{word}` clause"


def _parameter(node: exp.Expr) -> Finding:
    what = "takes a table's name from a text" if isinstance(node, exp.DynamicIdentifier) else "has a parameter"
    cause = "nothing fills it in: the SQL of a view is complete"
    return "FC807", f"the SQL {what}", cause, "write the value, or `{{ var('name') }}`"


def _clause(node: exp.Expr) -> Finding:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__).lower()
    cause = f"a {words} is not among what featurec can check for the future"
    return "FC808", "the SQL uses a construct that is not supported", cause, "write it with plain SELECT clauses"


_ORDER: tuple[tuple[tuple[type[exp.Expr], ...], Callable[[exp.Expr], Finding | None] | None], ...] = (
    (_OUTSIDE, lambda node: _outside(node.sql_name() if isinstance(node, exp.Func) else "TRANSFORM … USING")),
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
