{#- What the rows usable at two instants are: the engine, their number, and a sum over hashes of whole rows, which has no order.
    Values that are equal but not the same have one hash (0 and -0, a month and thirty days), so their text counts too. -#}
{%- macro checksum(at) -%}
concat('duckdb ', count(*) FILTER (WHERE __fc_at <= {{ at | literal }}), ' ', coalesce(sum(row_hash) FILTER (WHERE __fc_at <= {{ at | literal }}), 0))
{%- endmacro -%}
SELECT
  {{ checksum(since) }} AS before,
  {{ checksum(as_of) }} AS now,
{% include "online/unfit.sql" %}
FROM (
  SELECT
    __fc_at,
{%- if keys %}
    {% for key in keys %}{{ key | ident }} IS NULL{{ " OR " if not loop.last }}{% endfor %} AS is_unnamed,
{%- endif %}
    hash({% for column in columns() %}{{ column.name | ident }}{% if column.ambiguous %}, CAST({{ column.name | ident }} AS VARCHAR){% endif %}{{ ", " if not loop.last }}{% endfor %}) AS row_hash
  FROM {{ table | ident }}
) AS hashed
