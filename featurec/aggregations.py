"""The ``aggregations`` of a header: functions over windows, their names and what they need."""

from collections.abc import Sequence

from featurec.diagnostic import Diagnostic, Label
from featurec.duration import MAX_MICROSECONDS, parse_duration, read_duration, suggest_duration
from featurec.findings import Findings
from featurec.header_models import AggregationModel
from featurec.naming import check_name
from featurec.source import Span
from featurec.spec import Aggregation, Feature, Window
from featurec.yaml_reader import Node


def read_aggregations(
    models: Sequence[AggregationModel], node: Node, features: Sequence[Feature], findings: Findings
) -> tuple[Aggregation, ...]:
    """Aggregations in order; findings for what is missing, contradicts or makes one name twice."""
    read = []
    taken: dict[str, Span | None] = {f.name.casefold(): f.span for f in features}
    for index, model in enumerate(models):
        place = node.at(index)
        findings.add(_check_keys(model, place))
        if model.name is not None:
            findings.add(check_name(model.name, "aggregation", place.at("name").span))
        windows = _windows(model, place.at("windows"), findings)
        aggregation = Aggregation(
            function=model.function,
            column=model.column,
            windows=windows,
            name=model.name,
            filter=model.filter,
            offset=read_duration(model.offset, place.at("offset"), findings) or 0,
            n=model.n,
            span=place.at("function").span,
            filter_span=place.at("filter").span if model.filter is not None else None,
        )
        read.append(aggregation)
        for window in windows:
            name = aggregation.output_name(window)
            if name.casefold() in taken:
                first = taken[name.casefold()]
                labels = (Label(first, "first written here"),) if first else ()
                fix = "give the aggregation a `name:` of its own"
                findings.add(
                    [
                        Diagnostic(
                            "FC112", f"two features are called `{name}`", place.at("function").span, "", fix, labels
                        )
                    ]
                )
            taken.setdefault(name.casefold(), aggregation.span)
    return tuple(read)


def _check_keys(model: AggregationModel, node: Node) -> list[Diagnostic]:
    function = model.function
    place = node.at("function").span
    found = []
    if model.column is None and function != "count":
        found.append(
            Diagnostic(
                "FC102",
                f"`{function}` lacks the key `column`",
                place,
                "only `count` counts rows",
                "add `column: amount`",
            )
        )
    if function == "last_n" and model.n is None and "n" not in node.dropped:
        found.append(
            Diagnostic("FC102", "`last_n` lacks the key `n`", place, "it says how many values to keep", "add `n: 5`")
        )
    if function != "last_n" and model.n is not None:
        found.append(
            Diagnostic(
                "FC110", f"`n` contradicts `{function}`", node.at("n").place, "only `last_n` takes it", "remove `n`"
            )
        )
    if model.name is None and "name" not in node.dropped:
        found += [
            Diagnostic(
                "FC102",
                f"an aggregation with `{key}` lacks the key `name`",
                node.at(key).place,
                "its name would not tell it from one without",
                "add `name:`",
            )
            for key in ("filter", "offset")
            if getattr(model, key) is not None
        ]
    return found


def _windows(model: AggregationModel, node: Node, findings: Findings) -> tuple[Window, ...]:
    read: dict[str, Window] = {}
    if not model.windows:
        findings.add(
            [
                Diagnostic(
                    "FC102", f"`{model.function}` has no window", node.place, "", "add `windows: [7d]`, or `[lifetime]`"
                )
            ]
        )
    for index, written in enumerate(model.windows):
        text, place = str(written), node.at(index)
        length = None if text == "lifetime" else parse_duration(text)
        if text != "lifetime" and (length is None or not 0 < length <= MAX_MICROSECONDS):
            cause = "a window is a duration, or `lifetime`"
            fix = (
                suggest_duration(text) if length is None else "write a length between 1us and 200 years, or `lifetime`"
            )
            findings.add([Diagnostic("FC106", f"`{text}` is no window", place.span, cause, fix)])
            continue
        if text in read:
            findings.add(
                [Diagnostic("FC112", f"window `{text}` is listed twice", place.span, "", "remove one of them")]
            )
        read[text] = Window(length, text)
    return tuple(read.values())
