"""The kinds of files of a project, and their JSON Schemas."""

from collections.abc import Mapping
from typing import Any

from featurec.header_models import SpineHeader, ViewHeader
from featurec.models import EntitiesFile, ProjectFile, ServicesFile, SourcesFile, Strict, UnitTestsFile

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
    schema = KINDS[kind].model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
