"""Text that knows where it was written, and the changes to a Jinja template that make it so.

Jinja's own positions are line numbers. Here the lexer counts characters instead, so that every node of the
syntax tree carries its offset into the template; each piece of output is then tagged with the offsets it came
from, and the tags survive blocks, macros and loops because Jinja joins their output with ``join``.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self, cast

from jinja2 import Environment, nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.lexer import Lexer
from jinja2.visitor import NodeTransformer

from featurec.source import LineMap, Segment, SourceFile


@dataclass(frozen=True)
class Piece:
    """A run of output.

    Attributes:
        length: characters of output; 0 only marks a place for what follows without one.
        start, end: offsets into the template.
        verbatim: whether it is the template's own text, character by character.
    """

    length: int
    start: int
    end: int
    verbatim: bool = False


Pieces = tuple[Piece | int, ...]
"""An int is the length of output whose place is not known (a filter's, a shared macro's)."""


class Traced(str):
    """Output of a template with its pieces, which add up to it. Whatever is done to it gives plain text again."""

    _pieces: Pieces

    @classmethod
    def of(cls, text: str, pieces: Pieces) -> Self:
        """The text made of these pieces."""
        made = cls(text)
        made._pieces = pieces
        return made

    @classmethod
    def written(cls, text: str, start: int) -> Self:
        """Text that stands in the template at an offset."""
        return cls.of(text, (Piece(len(text), start, start + len(text), verbatim=True),))

    @classmethod
    def computed(cls, text: str, start: int, end: int) -> Self:
        """Text that the part of the template between two offsets gives."""
        return cls.of(text, (Piece(len(text), start, end),))

    def at(self, start: int, end: int) -> "Traced":
        """The same, with this place for the pieces that have none."""
        return Traced.of(self, tuple(Piece(p, start, end) if isinstance(p, int) else p for p in self._pieces))

    def __str__(self) -> str:
        return self


def join(texts: Sequence[str]) -> str:
    """Concatenate; traced if one of the texts is."""
    text = "".join(texts)
    if not any(isinstance(t, Traced) for t in texts):
        return text
    pieces: list[Piece | int] = []
    for part in texts:
        pieces.extend(part._pieces if isinstance(part, Traced) else (len(part),))
    return Traced.of(text, tuple(pieces))


def line_map(text: str, file: SourceFile, base: int) -> LineMap:
    """The map of a template's output; ``base`` is where the template begins in its file."""
    segments: list[Segment] = []
    offset = 0
    place = Piece(0, 0, 0)
    pieces: Iterable[Piece | int] = text._pieces if isinstance(text, Traced) else (len(text),)
    for traced in pieces:
        piece = Piece(traced, place.start, place.end) if isinstance(traced, int) else traced
        place = piece
        if not piece.length:
            continue
        span = file.span(base + piece.start, base + piece.end)
        last = segments[-1] if segments else None
        if (
            last
            and piece.verbatim
            and last.verbatim
            and last.source.end == span.start
            and offset - last.start == last.source.end - last.source.start
        ):
            segments[-1] = Segment(last.start, file.span(last.source.start, span.end), verbatim=True)
        else:
            segments.append(Segment(offset, span, piece.verbatim))
        offset += piece.length
    return LineMap(file, tuple(segments))


class OffsetLexer(Lexer):
    """Jinja's lexer with offsets in the place of line numbers.

    Attributes:
        tags: offsets of every ``{{ … }}`` and ``{% … %}`` of the template read last; an open one lacks its end.
    """

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.tags: list[tuple[int, int]] = []

    def tokeniter(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> Iterator[tuple[int, str, str]]:
        self.tags = []
        position = 0
        begin = 0
        try:
            for _, token, value in super().tokeniter(source, name, filename, state):
                # Whitespace that a tag with a minus sign strips is missing from the tokens.
                while not source.startswith(value, position):
                    position += 1
                if token in ("variable_begin", "block_begin"):
                    begin = position
                    self.tags.append((begin, len(source)))
                elif token in ("variable_end", "block_end"):
                    self.tags[-1] = (begin, position + len(value.rstrip()))
                yield position, token, value
                position += len(value)
        except TemplateSyntaxError as error:
            error.lineno = position
            raise

    def tag(self, offset: int) -> tuple[int, int]:
        """The tag that an offset lies in, else the character there."""
        return next(((a, b) for a, b in self.tags if a <= offset < b), (offset, offset + 1))


def instrument(template: nodes.Template, lexer: OffsetLexer, *, trace: bool) -> nodes.Template:
    """Make a template's loops and concatenations draw on the budget and, with ``trace``, its output traced."""
    changed: nodes.Template = _Instrument(lexer, trace).visit(template)
    return changed


class _Instrument(NodeTransformer):
    def __init__(self, lexer: OffsetLexer, trace: bool) -> None:
        self.lexer = lexer
        self.trace = trace

    def visit_Output(self, node: nodes.Output) -> nodes.Output:
        node.nodes = [self._output(child) for child in node.nodes]
        return node

    def visit_For(self, node: nodes.For) -> nodes.For:
        self.generic_visit(node)
        node.iter = _call("loop_over", node.iter.lineno, cast(nodes.Expr, node.iter))
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Call:
        self.generic_visit(node)
        return _call("join_texts", node.lineno, *node.nodes)

    def visit_CallBlock(self, node: nodes.CallBlock) -> Any:
        return self._marked(node)

    def visit_FilterBlock(self, node: nodes.FilterBlock) -> Any:
        return self._marked(node)

    def _marked(self, node: nodes.Stmt) -> Any:
        """The place of a block's output is its first tag; what is traced within keeps its own."""
        self.generic_visit(node)
        if not self.trace:
            return node
        start, end = self.lexer.tag(node.lineno)
        mark = _call("trace_value", node.lineno, nodes.Const(""), nodes.Const(start), nodes.Const(end))
        return [nodes.Output([mark], lineno=node.lineno), node]

    def _output(self, child: nodes.Expr) -> nodes.Expr:
        if isinstance(child, nodes.TemplateData):
            if not self.trace:
                return child
            return _call("trace_text", child.lineno, nodes.Const(child.data), nodes.Const(child.lineno))
        changed: nodes.Expr = self.visit(child)
        start, end = self.lexer.tag(child.lineno) if self.trace else (-1, -1)
        return _call(
            "trace_value", start if self.trace else child.lineno, changed, nodes.Const(start), nodes.Const(end)
        )


def _call(name: str, lineno: int, *arguments: nodes.Expr) -> nodes.Call:
    """A call of one of the environment's own functions."""
    for argument in arguments:
        argument.set_lineno(lineno)
    function = nodes.EnvironmentAttribute(name, lineno=lineno)
    return nodes.Call(function, list(arguments), [], None, None, lineno=lineno)
