"""Rendered SQL to a checked tree. Every step below refuses with findings; none raises."""

import logging
import re
from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ParseError, TokenError
from sqlglot.tokenizer_core import Token, TokenType

from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.parse.allowed import refused
from featurec.parse.nesting import excess
from featurec.parse.place import at_offsets, at_token
from featurec.template import RELATION_DB, Rendered

logging.getLogger("sqlglot").addHandler(logging.NullHandler())

_BEGINNINGS = (TokenType.SELECT, TokenType.WITH, TokenType.FROM)


def parse_select(rendered: Rendered, dialect: str) -> tuple[exp.Query | None, list[Diagnostic]]:
    """The tree of a view's or spine's SQL, which is one SELECT or set operation of what a feature may do.

    Returns:
        None with findings of FC170 to FC179 (no readable SELECT) or FC801 to FC819 (it would read or change more
        than tables).
    """
    known = Dialect.get_or_raise(dialect)
    findings = _unusual_characters(rendered)
    if findings:
        return None, findings
    try:
        tokens = known.tokenize(rendered.sql)
    except TokenError as error:
        return None, [_unclosed(error, rendered)]
    findings = _unusual_names(tokens, rendered)
    if findings:
        return None, findings
    tokens, findings = _one_statement(tokens, rendered)
    if findings:
        return None, findings
    over = excess(tokens)
    if over is not None:
        fix = "split it into several views, or flatten it"
        return None, [at_token("FC173", over[1], over[0], rendered, "such a query is not read at all", fix)]
    try:
        trees = known.parser().parse(tokens, rendered.sql)
    except ParseError as error:
        return None, [_unreadable(error, tokens, rendered)]
    except RecursionError:
        return None, [at_token("FC173", "the SQL is nested too deeply", tokens[0], rendered, "", "flatten it")]
    except Exception as error:  # noqa: BLE001 -- the parser's own faults on malformed SQL are the author's finding
        cause = f"the parser stopped with {type(error).__name__}"
        return None, [at_token("FC171", "the SQL cannot be read", tokens[0], rendered, cause, "check its syntax")]
    tree = trees[0]
    findings = refused(tree, tokens, rendered) if tree else []
    return (tree if isinstance(tree, exp.Query) and not findings else None), findings


_UNUSUAL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def _unusual_characters(rendered: Rendered) -> list[Diagnostic]:
    """FC174: what an editor does not show, or shows in another order than it is read."""
    return [
        at_offsets(
            "FC174",
            f"the SQL holds the invisible character U+{ord(match[0]):04X}",
            match.span(),
            rendered,
            "what is read would not be what one sees",
            "delete it",
        )
        for match in _UNUSUAL.finditer(rendered.sql)
    ]


def _unusual_names(tokens: Sequence[Token], rendered: Rendered) -> list[Diagnostic]:
    """FC174: names without quotes that hold typographic quotes, invisible spaces and the like."""
    findings = []
    for token in tokens:
        if token.token_type is TokenType.VAR and not token.text.isascii():
            odd = next(
                (i for i, char in enumerate(token.text) if not ("a" + char).isidentifier() and char != "$"), None
            )
            if odd is not None and rendered.sql[token.start] == token.text[0]:
                char, at = token.text[odd], token.start + odd
                said = f"`{char}` (U+{ord(char):04X})" if char.isprintable() else f"the invisible U+{ord(char):04X}"
                fix = "write the plain character, or put the name in quotes"
                claim = f"a name holds {said}"
                findings.append(at_offsets("FC174", claim, (at, at + 1), rendered, "no letter, digit or `_`", fix))
    return findings


def _one_statement(tokens: Sequence[Token], rendered: Rendered) -> tuple[list[Token], list[Diagnostic]]:
    """The tokens without a final semicolon, if they may be one SELECT."""
    ends = [i for i, token in enumerate(tokens) if token.token_type is TokenType.SEMICOLON]
    own = list(tokens[: ends[0]] if ends else tokens)
    if not own:
        fix = "write a SELECT below the header"
        return [], [at_token("FC170", "the file holds no SELECT", None, rendered, "", fix)]
    if ends and ends[0] + 1 < len(tokens):
        cause, fix = "a file is one SELECT", "put each SELECT into a file of its own"
        return [], [at_token("FC172", "a second statement follows", tokens[ends[0] + 1], rendered, cause, fix)]
    first = next((t for t in own if t.token_type is not TokenType.L_PAREN), own[0])
    if first.token_type in _BEGINNINGS:
        return own, []
    word = first.text.upper()
    if not word.replace(" ", "").isalpha():
        fix = "begin with SELECT, WITH or FROM"
        return [], [at_token("FC171", f"the SQL begins with `{first.text}`", first, rendered, "", fix)]
    if first.token_type is TokenType.VAR:
        near = did_you_mean(word, ("SELECT", "WITH", "FROM"))
        return [], [at_token("FC171", f"`{first.text}` begins no SELECT", first, rendered, "", near)]
    cause = "a view or spine is one SELECT; featurec itself writes tables"
    fix = _INSTEAD.get(word, "write a SELECT")
    return [], [at_token("FC801", f"`{word}` is no SELECT", first, rendered, cause, fix)]


_INSTEAD = {
    "PIVOT": "write it as a SELECT: `SELECT … FROM t PIVOT (…)`",
    "UNPIVOT": "write it as a SELECT: `SELECT … FROM t UNPIVOT (…)`",
    "TABLE": "write `SELECT * FROM …`",
    "VALUES": "write `SELECT * FROM (VALUES …) AS t (…)`",
}


def _unclosed(error: TokenError, rendered: Rendered) -> Diagnostic:
    """FC171 where the quote or comment opens."""
    opened = re.fullmatch(r"Missing (.+) from \d+:(\d+)", str(error.__context__), re.DOTALL)
    mark, start = (opened[1], int(opened[2])) if opened else ("/*", rendered.sql.rfind("/*"))
    claim, fix = f"`{mark}` is opened and not closed", "close it"
    return at_offsets("FC171", claim, (max(start, 0), max(start, 0) + len(mark)), rendered, "", fix)


def _unreadable(error: ParseError, tokens: Sequence[Token], rendered: Rendered) -> Diagnostic:
    """FC171 at the token where the parser stopped."""
    first = error.errors[0] if error.errors else {}
    where = (first.get("line"), first.get("col"))
    token = next((t for t in tokens if (t.line, t.col) == where), tokens[-1])
    said = str(first.get("description", "")).split(" for <class")[0]
    expected = re.match(r"Expect(?:ed|ing) (.*?)(?: but got .*)?$", said, re.DOTALL)
    if expected:
        cause = f"expected here: {expected[1]}"
    elif said.startswith("Required keyword"):
        cause = "something is missing after it"
    else:
        cause = "it cannot follow what stands before it"
    fix = "check commas, brackets and keywords around it"
    found = at_token("FC171", f"the SQL cannot be read at `{token.text}`", token, rendered, cause, fix)
    if token.text == RELATION_DB and found.span:
        return replace(found, claim=f"the SQL cannot be read at `{found.span.text}`")
    return found
