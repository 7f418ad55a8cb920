{#- Of each column the rows whose values differ the most; of what is no number, the first ones by key and time. -#}
{% include "shift/rows.sql" %}
{%- import "shift/values.sql" as values with context %}
{%- for c in columns %}
{%- set was, now = "was_" ~ loop.index, "now_" ~ loop.index %}
SELECT *
FROM (
  SELECT {{ loop.index }} AS number, {% for k in keys %}CAST(key_{{ loop.index }} AS varchar) AS key_{{ loop.index }}, {% endfor %}CAST(event AS varchar) AS event,
    CAST({{ was }} AS varchar) AS was, CAST({{ now }} AS varchar) AS now,
    row_number() OVER (ORDER BY {% if c.number %}abs({{ values.finite(now) }} - {{ values.finite(was) }}) DESC NULLS LAST, {% endif %}{% for k in keys %}key_{{ loop.index }}, {% endfor %}event) AS place
  FROM both_rows
  WHERE ({{ was }} IS NULL) <> ({{ now }} IS NULL) OR ({{ was }} IS NOT NULL AND {{ now }} IS NOT NULL AND NOT ({{ values.same(c, was, now) }}))
  ORDER BY place
  LIMIT {{ shown }}
) AS of_{{ loop.index }}
{%- if not loop.last %}
UNION ALL
{%- endif %}
{%- endfor %}
ORDER BY number, place
