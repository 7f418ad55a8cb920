"""FC301, FC302, FC303 and FC310 of windows: frames that reach past the row."""

import re

from sqlglot import exp

from featurec.analysis.time.frames import Definition
from featurec.analysis.time.messages.said import Said
from featurec.analysis.time.messages.scene import Subject
from featurec.analysis.time.messages.stamping import delay_advice
from featurec.parse.words import Words, words_of
from featurec.source import Span

_RANKS = (exp.RowNumber, exp.Rank, exp.DenseRank, exp.Ntile, exp.PercentRank, exp.CumeDist)
_SIDES = {"PRECEDING": "FOLLOWING", "FOLLOWING": "PRECEDING"}
_FRAME = re.compile(r"(ROWS|RANGE|GROUPS)\s+(?:BETWEEN\s+(.+?)\s+AND\s+(.+)|(.+))", re.IGNORECASE | re.DOTALL)


def future_frame(subject: Subject) -> Said:
    """FC301."""
    window = subject.window()
    if window is None or not window.order:
        return _picked(subject)
    late = f"`{subject.sql}` reads rows that come after its own"
    if isinstance(subject.node.this, _RANKS) and not _is_by_time(subject, window):
        return Said(late, _counted(subject, window))
    if window.descending:
        return Said(late, f"order it ascending: leave out DESC, so that `{subject.sql}` ends at the row itself")
    frame = frame_text(subject)
    if frame is None and window.spec is not None and str(window.spec.args.get("end_side")).upper() == "FOLLOWING":
        frame = "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"
    if frame is not None and _ends_later(frame):
        return Said(late, f"end the frame at the row itself: `{ended(frame)}`")
    return _ordered_otherwise(subject, window)


def _picked(subject: Subject) -> Said:
    """DISTINCT ON and LIMIT, whose choice changes with every row that comes."""
    distinct = subject.node.args.get("distinct") if isinstance(subject.node, exp.Select) else None
    if distinct is not None:
        claim = "which rows DISTINCT ON keeps is not settled before the last row has come"
        return Said(claim, "leave out DISTINCT ON: featurec picks the newest row as of each training time")
    claim = f"which rows `{subject.sql}` keeps is not settled before the last row has come"
    return Said(claim, f"leave {subject.sql.split()[0].upper()} out: a feature view returns all rows")


def unordered(subject: Subject) -> Said:
    """FC302."""
    window = subject.window()
    partition = subject.partition(window) if window is not None else "PARTITION BY … "
    return Said(
        f"`{subject.sql}` has no ORDER BY: it reads its whole partition, rows that are still to come included",
        f"order it by time, so that it ends at the row itself: `OVER ({partition}ORDER BY {subject.order()})`",
    )


def looks_ahead(subject: Subject) -> Said:
    """FC303."""
    node = subject.node
    call = node.this if isinstance(node, exp.Window) else node
    if isinstance(call, exp.Lag) and not _is_negative(call.args.get("offset")):
        window, order = subject.window(), subject.order()
        is_ordered = window is not None and window.order and subject.scene.exact(window.first) == order
        fix = f"order it by the time at which its rows become known: `ORDER BY {order}`"
        if is_ordered:
            fix = f"let in no rows from after `{subject.stamp}` where they are read"
        return Said(f"`{subject.sql}` is not known yet at `{subject.stamp}`", fix)
    known_at = subject.known_at()
    end = (
        f"or stamp the row with `LEAD({known_at}) OVER (…)`, when it is known" if known_at else "or stamp it with that"
    )
    back = "look back by a number that is not negative" if isinstance(call, exp.Lag) else "look back with LAG"
    return Said(f"`{subject.sql}` looks ahead to a later row", f"{back}, {end}")


def _is_negative(offset: object) -> bool:
    """Whether an offset is no number that is known to be zero or more."""
    return isinstance(offset, exp.Expr) and not isinstance(offset, exp.Literal)


def of_all_rows(subject: Subject) -> Said:
    """FC310 of a window."""
    window = subject.window()
    text = f"compute it from the rows up to `{subject.stamped}`"
    if window is not None and not isinstance(subject.node.this, _RANKS):
        call = subject.scene.exact(subject.node.this)
        text = f"end it at the row itself: `{call} OVER ({subject.partition(window)}ORDER BY {subject.order()})`"
    return Said(
        f"`{subject.sql}` is computed from all rows, those that are still to come included",
        f"{text}, or keep it in a table of its own that says when it was computed",
    )


def frame_text(subject: Subject) -> str | None:
    """The frame of a window, as its author wrote it; None where there is none."""
    found = _frame(subject)
    return words_of(subject.scene.rendered.sql).text(*found) if found is not None else None


def named_frame(subject: Subject) -> Span | None:
    """Where the frame of a named window stands, in the WINDOW clause."""
    found = _frame(subject) if _window_name(subject.node, "alias") else None
    rendered = subject.scene.rendered
    return rendered.map.span(*words_of(rendered.sql).places(*found)) if found is not None else None


def _frame(subject: Subject) -> tuple[int, int] | None:
    words = words_of(subject.scene.rendered.sql)
    window = subject.window()
    if window is None or window.spec is None:
        return None
    place = subject.scene.place_in_words(subject.node)
    ends = [words.opening(place)] if place is not None and words.key(place) == ")" else []
    named = {name.upper() for part in ("alias", "this") if (name := _window_name(subject.node, part))}
    ends += [at + 2 for at in range(len(words.all)) if words.key(at) in named and _is_defined(words, at)]
    ends.append(subject.scene.place_in_words(window.order[-1]))
    return next((frame for at in ends if (frame := _frame_from(words, at)) is not None), None)


def _window_name(node: exp.Expr, part: str) -> str:
    """The name of the window that OVER gives or extends."""
    found = node.args.get(part)
    return found if isinstance(found, str) else found.name if isinstance(found, exp.Identifier) else ""


def _is_defined(words: Words, at: int) -> bool:
    """Whether a token is a name in a WINDOW clause."""
    return words.key(at + 1) == "AS" and words.key(at + 2) == "("


def _frame_from(words: Words, place: int | None) -> tuple[int, int] | None:
    """The frame that stands on the level of a token, after it."""
    if place is None:
        return None
    level = list(words.level(place + 1 if words.key(place) == "(" else place))
    start = next((at for at in level if words.key(at) in ("ROWS", "RANGE", "GROUPS")), None)
    if start is None:
        return None
    end = next((at for at in level if at > start and words.key(at) == "EXCLUDE"), level[-1] + 1)
    closing = words.closing(level[-1])
    return start, end - 1 if end <= level[-1] else closing if closing is not None else level[-1]


def ended(frame: str) -> str:
    """A frame that ends at the row itself; one that only looks ahead is turned round."""
    match = _FRAME.fullmatch(frame)
    if match is None:
        return "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
    kind, start, end = match[1], match[2] or match[4], match[3] or "CURRENT ROW"
    if not start.upper().endswith("PRECEDING"):
        start, end = _turned(end), _turned(start)
    else:
        end = "CURRENT ROW"
    if kind.islower():
        return f"{kind} between {start} and {end.lower()}"
    return f"{kind} BETWEEN {start} AND {end}"


def _turned(edge: str) -> str:
    before, _, side = edge.rpartition(" ")
    other = _SIDES.get(side.upper())
    return edge if other is None else f"{before} {other.lower() if side.islower() else other}"


def _ends_later(frame: str) -> bool:
    match = _FRAME.fullmatch(frame)
    return match is not None and (match[3] or match[4]).upper().endswith("FOLLOWING")


def _is_by_time(subject: Subject, window: Definition) -> bool:
    """Whether the window is ordered by when rows are known, or by the stamp."""
    keys = {column for _, column in subject.columns}
    stamp = subject.level.stamp if subject.level is not None else None
    first = window.first.unnest()
    return first == stamp or (isinstance(first, exp.Column) and first.name in keys)


def _counted(subject: Subject, window: Definition) -> str:
    count = f"count(*) OVER ({subject.partition(window)}ORDER BY {subject.order()})"
    text = f"a rank needs all rows of its partition; count the rows up to this one instead: `{count}`"
    delay = delay_advice(subject)
    return f"{text}, or {delay}" if delay else text


def _ordered_otherwise(subject: Subject, window: Definition) -> Said:
    """The frame ends at the row itself, but rows before it in this order may become known after it."""
    key = subject.scene.exact(window.first)
    order = subject.order()
    late = f"`{subject.sql}` reads rows that come after its own"
    if _is_by_time(subject, window) and window.spec is None:
        return Said(late, "end its frame at the row itself: `ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW`")
    if key == order:
        return Said(late, f"let in no rows from after `{subject.stamp}` where they are read")
    if isinstance(window.first.unnest(), exp.Neg):
        return Said(late, f"order it ascending: `ORDER BY {order}`")
    columns = {column for _, column in subject.columns}
    if not isinstance(window.first.unnest(), exp.Column) and any(
        column.name in columns for column in window.first.find_all(exp.Column)
    ):
        return Said(
            f"`{subject.sql}` counts rows with an equal `{key}` as one, and some of them come later",
            f"order it by the time itself: `ORDER BY {order}`",
        )
    return Said(
        f"`{subject.sql}` is ordered by `{key}`, so it reads rows that become known later",
        f"order it by the time at which its rows become known: `ORDER BY {order}`",
    )
