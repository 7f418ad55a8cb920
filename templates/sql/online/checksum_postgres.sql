{#- What the rows usable at two instants are: the engine, their number, and a sum over hashes of whole rows, which has no order. -#}
{%- macro checksum(at) -%}
concat('postgres ', count(*) FILTER (WHERE __fc_at <= {{ at | literal }}), ' ', coalesce(sum(row_hash) FILTER (WHERE __fc_at <= {{ at | literal }}), 0))
{%- endmacro -%}
SELECT
  {{ checksum(since) }} AS before,
  {{ checksum(as_of) }} AS now
FROM (
  SELECT __fc_at, hashtextextended(CAST(stored AS text), 0) AS row_hash
  FROM {{ table | ident }} AS stored
) AS hashed
