"""Rendered SQL to a tree: exactly one SELECT that reads nothing but tables and changes nothing."""

from featurec.parse.place import span_of, text_of
from featurec.parse.select import parse_select

__all__ = ["parse_select", "span_of", "text_of"]
