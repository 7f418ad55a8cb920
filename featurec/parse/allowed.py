"""What a feature's SELECT may do: read tables. It does not read files, wait, lock or write."""

from sqlglot import exp

from featurec.diagnostic import Diagnostic
from featurec.parse.place import at_node
from featurec.template import Rendered


def refused(tree: exp.Expr, rendered: Rendered) -> list[Diagnostic]:
    """FC801 and on, in the order of the text."""
    if not isinstance(tree, exp.Query):
        return [at_node("FC801", "the SQL is no SELECT", tree, rendered, "a view is one SELECT", "write a SELECT")]
    return []
