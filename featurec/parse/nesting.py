"""Limits that are checked on tokens, before the parser runs.

The parser is compiled and recurses: SQL nested some thousand deep ends the whole process. Some shapes also take
it time that doubles with each level, because it first reads ``DATE(`` as a type and a JOIN without ON as the
beginning of a nested join. What is refused here is far from what people write.
"""

from collections.abc import Sequence

from sqlglot.parser import Parser
from sqlglot.tokenizer_core import Token, TokenType

MAX_TOKENS = 100_000
MAX_DEPTH = 64
"""Of brackets and CASE in each other."""
MAX_RUN = 256
"""Of signs and keywords before one operand, those outside the brackets around it included."""
MAX_CHAIN = 64
"""Of brackets directly after brackets."""
MAX_TYPE_DEPTH = 8
"""Of brackets in each other that follow the name of a type."""
MAX_OPEN_JOINS = 10
"""Of joins in a row without a condition of their own."""
MAX_JOINS = 200
MAX_PIPES = 64

_OPEN = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE})
_CLOSE = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END})
_OPERANDS = _CLOSE | {TokenType.VAR, TokenType.IDENTIFIER, TokenType.NUMBER, TokenType.STRING, TokenType.COMMA}
_TYPES = frozenset(Parser.TYPE_TOKENS) - {TokenType.VAR, TokenType.IDENTIFIER}
_CONDITION = frozenset({TokenType.ON, TokenType.USING, TokenType.MATCH_CONDITION})


def excess(tokens: Sequence[Token]) -> tuple[Token, str] | None:
    """The first token past a limit, and which limit; None where the parser may run."""
    if len(tokens) > MAX_TOKENS:
        return tokens[MAX_TOKENS], f"the SQL has more than {MAX_TOKENS:,} words and signs"
    brackets: list[tuple[bool, int, int]] = []
    """For each open bracket: whether it follows a type, and the joins and signs outside that it interrupts."""
    typed = outside = run = chain = open_joins = joins = pipes = 0
    before: TokenType | None = None
    for token in tokens:
        kind = token.token_type
        if kind in _OPEN or (kind is TokenType.LT and before in _TYPES):
            chain = chain + 1 if before in _CLOSE else 0
            brackets.append((before in _TYPES, open_joins, run))
            typed += before in _TYPES
            outside, run, open_joins = outside + run, 0, 0
        elif brackets and (kind in _CLOSE or (kind is TokenType.GT and brackets[-1][0])):
            of_type, open_joins, before_it = brackets.pop()
            typed, outside, run = typed - of_type, outside - before_it, 0
        else:
            run = 0 if kind in _OPERANDS else run + 1
            joins += kind is TokenType.JOIN
            pipes += kind is TokenType.PIPE_GT
            if kind in _CONDITION:
                open_joins = max(open_joins - 1, 0)
            elif kind is TokenType.JOIN and before is not TokenType.CROSS:
                open_joins += 1
        for count, limit, words in (
            (len(brackets), MAX_DEPTH, "brackets and CASE are nested more than {} deep"),
            (typed, MAX_TYPE_DEPTH, "types, or calls named like types, are nested more than {} deep"),
            (outside + run, MAX_RUN, "more than {} signs and keywords stand before one value"),
            (chain, MAX_CHAIN, "more than {} brackets follow each other"),
            (open_joins, MAX_OPEN_JOINS, "more than {} joins in a row have no condition"),
            (joins, MAX_JOINS, "the SQL has more than {} joins"),
            (pipes, MAX_PIPES, "the SQL has more than {} pipe steps"),
        ):
            if count > limit:
                return token, words.format(limit)
        before = kind
    return None
