"""YAML as this project writes it: plain mappings, lists and scalars, each with its place in the file.

A subset of YAML 1.2 with the scalars of its core schema. What makes YAML surprising or dangerous is refused
with a finding: anchors, aliases, merge keys, tags, duplicate and non-text keys, several documents, and sizes
beyond the caps, which are checked before or while the parser runs.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, cast

import yaml

from featurec.diagnostic import Diagnostic, Label
from featurec.source import SourceFile, Span

MAX_CHARACTERS = 8_000_000
MAX_NODES = 500_000
MAX_DEPTH = 32
MAX_DIGITS = 100


class Mark(Protocol):
    """Where an event is, as both of PyYAML's readers say it."""

    @property
    def index(self) -> int: ...


Plain = str | int | float | bool | None | list["Plain"] | dict[str, "Plain"]
"""What a document is made of once it is read."""


@dataclass(frozen=True, eq=False)
class Node:
    """One value of a document and where it stands.

    Attributes:
        value: the value with everything below it, as plain data.
        span: the value's text; for a block mapping or list from its first to its last entry.
        children: entries by key or index; empty for a scalar.
        key: the text of the key that leads here; None for list entries and the root.
        plain: true for a scalar written without quotes.
        dropped: keys that were written, but left out because of a finding.
    """

    value: Plain
    span: Span
    children: Mapping[str | int, "Node"] = field(default_factory=dict)
    key: Span | None = None
    plain: bool = False
    dropped: frozenset[str] = frozenset()

    def at(self, *path: str | int) -> "Node":
        """The node at a path of keys and indices, or the last one on the way that exists."""
        node = self
        for step in path:
            if step not in node.children:
                return node
            node = node.children[step]
        return node

    def without(self, step: str | int, *rest: str | int) -> "Node":
        """The node without the entry at a path; entries of a list move up."""
        if step not in self.children:
            return self
        children = dict(self.children)
        dropped = self.dropped
        if rest:
            children[step] = children[step].without(*rest)
        else:
            del children[step]
            dropped |= {str(step)}
        if isinstance(self.value, list):
            children = dict(enumerate(children.values()))
            return replace(self, value=[c.value for c in children.values()], children=children)
        value: Plain = {str(k): c.value for k, c in children.items()}
        return replace(self, value=value, children=children, dropped=dropped)

    @property
    def place(self) -> Span:
        """Where to point when something is wrong with the entry as a whole: its key, else its first line."""
        return self.key or first_line(self.span)


def first_line(span: Span) -> Span:
    """The part of a span that lies on its first line."""
    return replace(span, end=span.start + len(span.text.split("\n", 1)[0].rstrip()))


def read(file: SourceFile, start: int = 0, end: int | None = None) -> tuple[Node | None, list[Diagnostic]]:
    """Read ``file.text[start:end]`` as one YAML document.

    Returns:
        The document, or None where it is empty or cannot be understood; and the findings (FC114 to FC117).
        With findings the document may be incomplete: what was refused is left out.
    """
    return _Reader(file, start, len(file.text) if end is None else end).document()


class _StopReading(Exception):
    """The document cannot be read further; the finding is already recorded."""


class _Reader:
    def __init__(self, file: SourceFile, start: int, end: int) -> None:
        self.file = file
        self.start = start
        self.text = file.text[start:end]
        self.findings: list[Diagnostic] = []
        self.nodes = 0

    def document(self) -> tuple[Node | None, list[Diagnostic]]:
        root: Node | None = None
        try:
            self._check_size()
            root = self._compose()
        except _StopReading:
            pass
        except yaml.MarkedYAMLError as error:
            self._syntax(error)
        except (yaml.reader.ReaderError, UnicodeEncodeError):
            self._unreadable_character()
        return root, self.findings

    def _check_size(self) -> None:
        if len(self.text) > MAX_CHARACTERS:
            self._too_big(self.start, f"it has {len(self.text):,} characters; the limit is {MAX_CHARACTERS:,}")
        depth = 0
        for match in re.finditer(r"[\[\]{}]", self.text):
            depth = depth + 1 if match[0] in "[{" else max(depth - 1, 0)
            if depth > MAX_DEPTH:
                self._too_deep(self.start + match.start())

    def _compose(self) -> Node | None:
        events = yaml.parse(self.text, Loader=yaml.CSafeLoader)
        root: Node | None = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(
                        event, "a second document", "everything stands in one document", "remove the `---` line"
                    )
                    break
            elif isinstance(event, yaml.NodeEvent):
                root = self._node(event, events, None, 1)
        return root

    def _node(self, event: yaml.NodeEvent, events: Iterator[yaml.Event], key: Span | None, depth: int) -> Node | None:
        """The node that begins with this event; None where it was refused. Consumes its events."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self._too_big(self._offset(event.start_mark), f"it has more than {MAX_NODES:,} values")
        if depth > MAX_DEPTH:
            self._too_deep(self._offset(event.start_mark))
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, "an alias", "a reader should see the value where it is used", "repeat the value")
            return None
        if event.anchor is not None:
            self._refuse(event, "an anchor", "anchors and aliases are not read", f"remove `&{event.anchor}`")
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._refuse(event, "a tag", "values have the type that they look like", "remove it, or quote the text")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, events, key, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, events, key, depth)
        assert isinstance(event, yaml.ScalarEvent)
        plain = event.style in (None, "")
        value: Plain = self._scalar(event) if plain and tag is None else event.value
        return Node(value, self._span(event.start_mark, event.end_mark), key=key, plain=plain)

    def _sequence(self, event: yaml.Event, events: Iterator[yaml.Event], key: Span | None, depth: int) -> Node:
        children: dict[str | int, Node] = {}
        last = event
        for inner in events:
            if isinstance(inner, yaml.SequenceEndEvent):
                last = inner
                break
            child = self._node(cast(yaml.NodeEvent, inner), events, None, depth + 1)
            if child is not None:
                children[len(children)] = child
        return Node([c.value for c in children.values()], self._block(event, last, children), children, key)

    def _mapping(self, event: yaml.Event, events: Iterator[yaml.Event], key: Span | None, depth: int) -> Node:
        children: dict[str | int, Node] = {}
        last = event
        for inner in events:
            if isinstance(inner, yaml.MappingEndEvent):
                last = inner
                break
            name, place = self._key(inner, events, depth + 1)
            child = self._node(cast(yaml.NodeEvent, next(events)), events, place, depth + 1)
            if name is None or child is None:
                continue
            if name in children:
                first = children[name].key
                self.findings.append(
                    Diagnostic(
                        "FC116",
                        f"`{name}` is written twice",
                        place,
                        "only one of the two values could count",
                        "remove one of them",
                        (Label(first, "first written here"),) if first else (),
                    )
                )
                continue
            children[name] = child
        value: Plain = {str(k): c.value for k, c in children.items()}
        return Node(value, self._block(event, last, children), children, key)

    def _key(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> tuple[str | None, Span]:
        place = self._span(event.start_mark, event.end_mark)
        if not isinstance(event, yaml.ScalarEvent):
            node = self._node(cast(yaml.NodeEvent, event), events, None, depth)
            if node is not None:
                place = first_line(node.span)
                braces = self.file.text[place.start - 1 : place.start + 1] == "{{" or place.text.startswith("{{")
                cause = "`{{` begins two mappings in YAML" if braces else "a key must be text"
                fix = "put the whole value in quotes" if braces else "write a name before the colon"
                self._refuse_at(place, "a mapping or list as a key", cause, fix)
            return None, place
        if event.anchor is not None or event.tag is not None:
            self._refuse(event, "an anchor or tag on a key", "keys are plain text", "remove it")
        if event.style in (None, "") and event.value == "<<":
            self._refuse(
                event, "a merge key", "a reader should see the values where they are used", "repeat the values"
            )
            return None, place
        if event.value == "":
            self._refuse_at(place, "an empty key", "a value needs a name", "write a name before the colon")
            return None, place
        return str(event.value), place

    def _scalar(self, event: yaml.ScalarEvent) -> Plain:
        text: str = event.value
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        number = _NUMBER.fullmatch(text)
        if number is None:
            return text
        if len(text) > MAX_DIGITS:
            self._too_big(self._offset(event.start_mark), f"a number has {len(text):,} digits", "put it in quotes")
        if number["integer"]:
            return int(text)
        if number["based"]:
            return int(text, 0)
        return float(text)

    def _offset(self, mark: Mark | None) -> int:
        assert mark is not None, "events that are read from text have marks"
        return self.start + min(mark.index, len(self.text))

    def _span(self, start: Mark | None, end: Mark | None) -> Span:
        first = self._offset(start)
        return self.file.span(first, max(self._offset(end), first))

    def _block(self, first: yaml.Event, last: yaml.Event, children: Mapping[str | int, Node]) -> Span:
        """The span of a mapping or list. A block ends where the next one begins, so it is cut at its last entry."""
        span = self._span(first.start_mark, last.end_mark)
        if self.file.text[span.start : span.start + 1] in ("{", "["):
            return span
        ends = [child.span.end for child in children.values()]
        return replace(span, end=max([span.start, *ends]))

    def _refuse(self, event: yaml.Event, what: str, cause: str, fix: str) -> None:
        span = self._span(event.start_mark, event.end_mark)
        self._refuse_at(first_line(span) if span.text.strip() else replace(span, end=span.start + 1), what, cause, fix)

    def _refuse_at(self, span: Span, what: str, cause: str, fix: str) -> None:
        self.findings.append(Diagnostic("FC115", f"{what} is not accepted in YAML here", span, cause, fix))

    def _too_deep(self, offset: int) -> None:
        self._too_big(offset, f"values are nested more than {MAX_DEPTH} deep", "flatten it; close what is left open")

    def _too_big(self, offset: int, cause: str, fix: str = "split it or shorten it") -> None:
        span = self.file.span(offset, offset + 1)
        self.findings.append(
            Diagnostic("FC117", f"the YAML of `{self.file.path}` is too large to read", span, cause, fix)
        )
        raise _StopReading

    def _unreadable_character(self) -> None:
        for match in re.finditer(r"[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", self.text):
            span = self.file.span(self.start + match.start(), self.start + match.end())
            claim = f"character U+{ord(match[0]):04X} cannot stand in YAML"
            self.findings.append(
                Diagnostic("FC118", claim, span, "it is invisible and has no meaning there", "remove it")
            )

    def _syntax(self, error: yaml.MarkedYAMLError) -> None:
        mark = error.problem_mark or error.context_mark
        offset = self._offset(mark) if mark else self.start
        line = self.file.line(self.file.position(offset)[0])
        labels: tuple[Label, ...] = ()
        if error.context_mark is not None and self._offset(error.context_mark) != offset:
            began = self._offset(error.context_mark)
            labels = (Label(self.file.span(began, began + 1), str(error.context)),)
        span = self.file.span(offset, min(offset + 1, len(self.file.text)))
        problem = str(error.problem or "it does not follow the rules of YAML")
        self.findings.append(
            Diagnostic("FC114", f"`{self.file.path}` is not valid YAML", span, problem, _advice(problem, line), labels)
        )


def _advice(problem: str, line: str) -> str:
    """The likely mend for one of libyaml's messages, seen the line it points at."""
    if "\t" in line[: len(line) - len(line.lstrip())] or "tab" in problem or "'\\t'" in problem:
        return "indent with spaces, not tabs"
    if "mapping values are not allowed" in problem:
        return "put a text that contains `: ` in quotes, and align keys of one mapping"
    if "cannot start any token" in problem:
        return "put a text that begins with a special character in quotes"
    if "did not find expected key" in problem or "block" in problem:
        return "align the keys of one mapping in the same column"
    if "',' or" in problem:
        return "close the bracket, and put commas between the entries"
    if "end of stream" in problem or "end of file" in problem:
        return "close the quote or bracket that is left open"
    return "compare with `featurec schema`, or with what `featurec init` writes"


_CONSTANTS: dict[str, Plain] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}

# A leading zero is kept as text: `010` is a code far more often than ten, and never eight.
_NUMBER = re.compile(
    r"(?P<integer>[-+]?(?:0|[1-9][0-9]*))|(?P<based>0o[0-7]+|0x[0-9a-fA-F]+)"
    r"|[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
)
