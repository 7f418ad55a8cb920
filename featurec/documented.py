"""What the keys of a model mean: the texts below them in its source, read only when somebody asks."""

import ast
import inspect
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import cast

from pydantic import BaseModel


@cache
def key_texts(model: type[BaseModel]) -> Mapping[str, str]:
    """Field -> the text that stands below it in the model, or in one that it is made from; those without are missing."""
    found: dict[str, str] = {}
    for part in reversed(model.__mro__):
        if issubclass(part, BaseModel) and part is not BaseModel:
            body = cast(ast.ClassDef, ast.parse(inspect.getsource(part)).body[0]).body
            for line, below in pairwise(body):
                text = below.value if isinstance(below, ast.Expr) else None
                if isinstance(line, ast.AnnAssign) and isinstance(text, ast.Constant):
                    found[ast.unparse(line.target)] = inspect.cleandoc(str(text.value))
    return found
