"""Databricks SQL; Spark's values under another name of sqlglot's."""

from dataclasses import replace

from featurec.dialects.spark import DIALECT as SPARK

DIALECT = replace(SPARK, name="databricks", sqlglot="databricks")
