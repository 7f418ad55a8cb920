{#- What the rows usable at two instants are: the engine, their number, and a sum over hashes of whole rows, which has no order. -#}
{%- macro checksum(at) -%}
concat('postgres ', count(*) FILTER (WHERE __fc_at <= {{ at | literal }}), ' ', coalesce(sum(row_hash) FILTER (WHERE __fc_at <= {{ at | literal }}), 0))
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
    hashtextextended(CAST(stored AS text), 0) AS row_hash
  FROM {{ table | ident }} AS stored
) AS hashed
