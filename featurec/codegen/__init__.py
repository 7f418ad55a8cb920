"""Plans to SQL. All SQL text of featurec comes from here and from ``templates/sql``."""

from featurec.codegen.generate import generate
from featurec.codegen.spelling import ident, literal, render_sql, sql_type

__all__ = ["generate", "ident", "literal", "render_sql", "sql_type"]
