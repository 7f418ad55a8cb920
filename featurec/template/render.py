"""A file's template to SQL, with the way back from each character of it."""

import re
from dataclasses import dataclass

from featurec.diagnostic import Diagnostic
from featurec.source import LineMap
from featurec.spec import FeatureView, Spine
from featurec.template.context import TemplateContext, compile_template
from featurec.template.problems import explained, placed, undefined_name
from featurec.template.sandbox import Rendering, current
from featurec.template.traced import line_map


@dataclass(frozen=True)
class Rendered:
    """SQL in the author's dialect.

    Attributes:
        map: from offsets in ``sql`` to the author's file.
        vars: names of the variables read, sorted.
    """

    sql: str
    map: LineMap
    vars: tuple[str, ...] = ()


def render(spec: FeatureView | Spine, context: TemplateContext) -> tuple[Rendered | None, list[Diagnostic]]:
    """Render a view's or spine's SQL. ``source`` and ``ref`` become quoted stand-ins ``"__fc"."source.shop.orders"``.

    Returns:
        None where the template cannot be rendered, with findings FC150 to FC157; but without any where it uses
        a macro whose file cannot be read, which the findings of ``TemplateContext.macros`` say.
    """
    file, base, text = spec.file, spec.body, spec.file.text[spec.body :]
    macros = context.macros
    environment = context.environment
    rendering = Rendering(spec.dialect, spec)
    template, findings = compile_template(environment, file, text, base, trace=True)
    if template is None:
        return None, findings
    token = current.set(rendering)
    try:
        output = environment.concat(template.root_render_func(template.new_context()))
    except Exception as error:  # noqa: BLE001 -- a template that cannot be rendered is the author's finding
        if undefined_name(error) in macros.broken:
            return None, []
        templates = {**macros.templates, file.path: (file, base, template)}
        return None, [*_problems(rendering, spec, context), placed(error, file, base, environment, templates)]
    finally:
        current.reset(token)
    if rendering.problems:
        return None, _problems(rendering, spec, context)
    rendered = Rendered(str.__str__(output), line_map(output, file, base), tuple(sorted(rendering.vars)))
    findings = _unrendered(rendered)
    return (None if findings else rendered), findings


def _problems(rendering: Rendering, spec: FeatureView | Spine, context: TemplateContext) -> list[Diagnostic]:
    findings = []
    for error, start, end in rendering.problems:
        if undefined_name(error) in context.macros.broken:
            continue
        finding = explained(error, sorted(context.environment.globals))
        span = spec.file.span(spec.body + start, spec.body + end)
        findings.append(Diagnostic(finding.code, finding.claim, span, finding.cause, finding.fix))
    return findings


_LEFT_OVER = re.compile(r"\{\{|\{%|\{#")


def _unrendered(rendered: Rendered) -> list[Diagnostic]:
    """FC154: SQL never needs these marks, and some dialects read ``{{ x }}`` as a struct."""
    cause = "a template is rendered once; what it writes is not rendered again"
    fix = "remove the inner braces or the `raw` block; in SQL put a space between two opening braces"
    return [
        Diagnostic("FC154", f"`{match[0]}` is left over after rendering", rendered.map.span(*match.span()), cause, fix)
        for match in _LEFT_OVER.finditer(rendered.sql)
    ]
