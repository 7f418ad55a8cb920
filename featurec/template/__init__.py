"""SQL files as Jinja templates: rendered SQL, and the way from each of its characters back to the author's file."""

from featurec.template.context import TemplateContext
from featurec.template.functions import RELATION_DB
from featurec.template.render import Rendered, render

__all__ = ["RELATION_DB", "Rendered", "TemplateContext", "render"]
