"""The kinds of files of a project, and their JSON Schemas."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from featurec.documented import key_texts
from featurec.header_models import SpineHeader, ViewHeader
from featurec.model_parts import Strict
from featurec.models import EntitiesFile, ProjectFile, ServicesFile, SourcesFile, UnitTestsFile

KINDS: Mapping[str, type[Strict]] = {
    "featurec": ProjectFile,
    "entities": EntitiesFile,
    "sources": SourcesFile,
    "services": ServicesFile,
    "view": ViewHeader,
    "spine": SpineHeader,
    "tests": UnitTestsFile,
}
"""Kind of file -> what it may say."""


def json_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a kind of file. Raises KeyError for an unknown kind."""
    _describe()
    schema = KINDS[kind].model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


@cache
def _describe() -> None:
    """Give each key of the models the text below it as description."""
    models = list(_below(Strict))
    for model in models:
        for key, text in key_texts(model).items():
            model.model_fields[key].description = text
    for model in models:
        model.model_rebuild(force=True)


def _below(model: type[Strict]) -> Iterator[type[Strict]]:
    """Models before those that are made from them."""
    for other in model.__subclasses__():
        yield other
        yield from _below(other)
