"""Limits that are checked on tokens, before the parser runs: it recurses, and its time grows faster than the text."""

from collections.abc import Sequence

from sqlglot.tokenizer_core import Token, TokenType

MAX_TOKENS = 100_000
MAX_DEPTH = 64
"""Of brackets and CASE in each other, and of operators that stand before their operand."""
MAX_JOINS = 200

_OPEN = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE}
_CLOSE = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END}
_PREFIX = {TokenType.NOT, TokenType.DASH, TokenType.PLUS, TokenType.TILDE, TokenType.STAR, TokenType.FROM}


def excess(tokens: Sequence[Token]) -> tuple[Token, str] | None:
    """The first token past a limit, and which limit; None where the parser may run."""
    if len(tokens) > MAX_TOKENS:
        return tokens[MAX_TOKENS], f"the SQL has more than {MAX_TOKENS:,} words and signs"
    depth = run = joins = 0
    for token in tokens:
        kind = token.token_type
        if kind in _OPEN:
            depth += 1
            if depth > MAX_DEPTH:
                return token, f"brackets and CASE are nested more than {MAX_DEPTH} deep"
        elif kind in _CLOSE:
            depth = max(depth - 1, 0)
        run = run + 1 if kind in _PREFIX else 0
        if run > MAX_DEPTH:
            return token, f"more than {MAX_DEPTH} operators follow each other"
        joins += kind is TokenType.JOIN
        if joins > MAX_JOINS:
            return token, f"the SQL has more than {MAX_JOINS} joins"
    return None
