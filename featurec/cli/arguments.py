"""Arguments that have a form of their own: instants, entity keys, feature lists, variables.

Each function raises CannotOperate with an FC952 or FC953 finding.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from featurec.diagnostic import Diagnostic, did_you_mean
from featurec.errors import CannotOperate
from featurec.source import SourceFile, Span
from featurec.spec import Column, FeatureRequest, Scalar

PAIR_BREAK = re.compile(r",(?=\s*[^\W\d]\w*=)")
"""The comma between two ``key=value`` pairs: one that a name and an equals sign follow."""


def instant(text: str, zone: str, option: str = "--at") -> datetime:
    """An ISO 8601 date or time as an instant in UTC; without offset it is meant in ``zone``."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (OverflowError, ValueError):
        raise _malformed(
            f"`{text}` is not a time",
            f"{option} takes ISO 8601: 2024-03-01, 2024-03-01T12:00:00Z, 2024-03-01T12:00+02:00",
        ) from None


def entity_rows(words: Sequence[str]) -> list[dict[str, str]]:
    """Entities from ``key=value`` words.

    ``a=1 a=2`` are two entities, ``a=1,b=2`` is one with two keys, and so is ``a=1 b=2``: a new entity
    begins with a key that the present one already has.
    """
    rows: list[dict[str, str]] = []
    for word in words:
        for pair in PAIR_BREAK.split(word):
            key, equals, value = pair.strip().partition("=")
            if not equals or not key:
                raise _malformed(
                    f"`{word}` is not `key=value`",
                    "name the join key and its value: customer_id=1, origin=JFK,dest=LAX",
                )
            if not rows or key in rows[-1]:
                rows.append({})
            rows[-1][key] = value
    return rows


def typed_keys(row: Mapping[str, str], keys: Sequence[Column]) -> dict[str, Scalar]:
    """The values of one entity in the types of its join keys; every key must be there and no other."""
    names = [key.name for key in keys]
    for name in row:
        if name not in names:
            raise CannotOperate(
                [Diagnostic("FC953", f"`{name}` is not a join key here", fix=did_you_mean(name, names))]
            )
    missing = [name for name in names if name not in row]
    if missing:
        listed = ", ".join(f"`{name}`" for name in missing)
        example = " ".join(f"{key.name}=…" for key in keys)
        raise _malformed(f"the join key {listed} has no value", f"give all keys of the entity: {example}")
    return {key.name: _typed(key, row[key.name]) for key in keys}


def _typed(key: Column, text: str) -> Scalar:
    kind = (key.type or "varchar").partition("(")[0]
    try:
        if kind in {
            "tinyint",
            "smallint",
            "integer",
            "bigint",
            "hugeint",
            "utinyint",
            "usmallint",
            "uinteger",
            "ubigint",
        }:
            return int(text)
        if kind == "boolean":
            return {"true": True, "false": False}[text.lower()]
    except (ValueError, KeyError):
        raise _malformed(f"`{key.name}={text}`: the key is a {key.type}", f"write a {key.type} value") from None
    return text


def feature_requests(texts: Sequence[str], option: str = "--features") -> tuple[FeatureRequest, ...]:
    """``view:feature,view:feature`` or ``view`` (all its features), one request a view in order of first mention."""
    wanted: dict[str, list[str] | None] = {}
    spans: dict[str, Span] = {}
    for text in texts:
        file = SourceFile(option, text)
        offset = 0
        for part in text.split(","):
            span = file.span(offset + len(part) - len(part.lstrip()), offset + len(part))
            offset += len(part) + 1
            view, colon, feature = part.strip().partition(":")
            if not view or (colon and not feature):
                raise CannotOperate(
                    [
                        Diagnostic(
                            "FC952", f"`{part.strip()}` is not `view:feature`", span, fix=f"{option} view:feature,view"
                        )
                    ]
                )
            spans.setdefault(view, span)
            if not colon:
                wanted[view] = None
            elif (features := wanted.setdefault(view, [])) is not None and feature not in features:
                features.append(feature)
    return tuple(
        FeatureRequest(view, None if features is None else tuple(features), span=spans[view])
        for view, features in wanted.items()
    )


def variables(text: str | None) -> dict[str, object]:
    """The mapping in the YAML text of ``--vars``; nothing for None."""
    from featurec.yaml_reader import read

    if text is None:
        return {}
    file = SourceFile("--vars", text)
    node, findings = read(file)
    if findings:
        raise CannotOperate(findings)
    value = node.value if node else {}
    if not isinstance(value, dict):
        span = file.span(0, len(text))
        raise CannotOperate([Diagnostic("FC952", "`--vars` is not a mapping", span, fix="--vars '{name: value}'")])
    return {str(key): item for key, item in value.items()}


def _malformed(claim: str, fix: str) -> CannotOperate:
    return CannotOperate([Diagnostic("FC952", claim, fix=fix)])


def of_the_project(finding: Diagnostic, requests: Sequence[FeatureRequest], views: Collection[str]) -> Diagnostic:
    """FC940 of a view that is not declared either, with the names of those that are: a run could not export it."""
    undeclared = [request.view for request in requests if request.view not in views]
    meant = next((view for view in undeclared if finding.claim == f"`{view}` is not in the online store"), None)
    if finding.code != "FC940" or meant is None:
        return finding
    return replace(finding, cause="the project declares no such view", fix=did_you_mean(meant, views))
