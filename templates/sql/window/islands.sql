{#-
  When the number of different values in a window changes: rows of one value that are there at overlapping times are an island,
  and only its beginning and its end count. Rows that leave in the order in which they enter overlap with their neighbours
  alone, which an engine that keeps the order of a subquery sees without a partition.
-#}
{%- macro same(neighbour) -%}
{% for column in key_columns + [value] %}{{ neighbour }}({{ column }}) OVER () = {{ column }}{{ " AND " if not loop.last }}{% endfor %}
{%- endmacro -%}
SELECT
  *,
{%- if ordered %}
  CASE WHEN {{ same("lag") }} THEN lag(__fc_leaves) OVER () END AS __fc_before,
  ({{ same("lead") }}) IS NOT TRUE AS __fc_last
{%- else %}
  max(__fc_leaves) OVER (earlier ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS __fc_before,
  lead(__fc_enters) OVER earlier IS NULL AS __fc_last
{%- endif %}
FROM (
  SELECT
    {{ key_columns | join(", ") }},
    {{ value }},
    {{ enters }} AS __fc_enters,
    {{ "coalesce(%s, %s)" % (leaves, ending) if leaves else ending }} AS __fc_leaves
  FROM {{ events }}
  WHERE {{ value }} IS NOT NULL
{%- if ordered %}
  ORDER BY {{ (key_columns + [value]) | join(", ") }}, __fc_enters
{%- endif %}
) AS lifetime
{%- if not ordered %}
WHERE __fc_leaves > __fc_enters
WINDOW earlier AS (PARTITION BY {{ key_columns | join(", ") }}, {{ value }} ORDER BY __fc_enters)
{%- endif %}
