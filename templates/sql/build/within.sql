{#- Whether a row is in a slice of a view; ``at`` is what its a is called or made of. -#}
{% macro within(slice, at="__fc_at") -%}
{%- if not slice.ranges %}FALSE{% elif slice.is_whole %}TRUE{% else -%}
{{ "(" if slice.ranges | length > 1 }}
{%- for rows in slice.ranges -%}
{%- set bounds = [] -%}
{%- if rows.start is not none %}{% set _ = bounds.append("__fc_event >= " ~ rows.start | literal) %}{% endif -%}
{%- if rows.end is not none %}{% set _ = bounds.append("__fc_event < " ~ rows.end | literal) %}{% endif -%}
{%- if rows.since is not none %}{% set _ = bounds.append(at ~ " >= " ~ rows.since | literal) %}{% endif -%}
{{ bounds | join(" AND ") }}{{ " OR " if not loop.last }}
{%- endfor -%}
{{ ")" if slice.ranges | length > 1 }}
{%- endif %}
{%- endmacro %}
