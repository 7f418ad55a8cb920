{#- Rows of sampled entities as a table has them beside what the view's SQL gives now, matched by keys, event time and place among
    rows of one instant. Rows that became known after all of the table's are left out: they are no change of the definition. -#}
{%- macro numbered(relation, side) %}
  SELECT
    {%- for k in keys %}
    r.{{ k | ident }} AS key_{{ loop.index }},
    {%- endfor %}
    {%- for c in columns %}
    r.{{ (c.was if side == "was" else c.now) | ident }} AS value_{{ loop.index }},
    {%- endfor %}
    r.__fc_event AS event,
    row_number() OVER (PARTITION BY {% for k in keys %}r.{{ k | ident }}, {% endfor %}r.__fc_event ORDER BY r.__fc_at, r.__fc_created
    {%- for c in columns if c.orders %}, r.{{ (c.was if side == "was" else c.now) | ident }}{% endfor %}) AS nth
  FROM {{ relation }} AS r
  JOIN asked ON {% for k in keys %}asked.{{ k | ident }} = r.{{ k | ident }}{{ " AND " if not loop.last }}{% endfor %}
{%- endmacro %}

WITH asked AS (
  SELECT {% for k in keys %}{{ k | ident }}{{ ", " if not loop.last }}{% endfor %}
  FROM {{ table | ident }}
  WHERE {% for k in keys %}{{ k | ident }} IS NOT NULL{{ " AND " if not loop.last }}{% endfor %}

  GROUP BY {% for k in keys %}{{ k | ident }}{{ ", " if not loop.last }}{% endfor %}

  ORDER BY md5(concat_ws('|', {{ seed | literal }}{% for k in keys %}, CAST({{ k | ident }} AS varchar){% endfor %})){% for k in keys %}, {{ k | ident }}{% endfor %}

  LIMIT {{ entities }}
), latest AS (
  SELECT max(__fc_at) AS at FROM {{ table | ident }}
), was AS (
  {{ numbered(table | ident, "was") }}
), computed AS (
  SELECT found.*
  FROM (
{{ query }}
  ) AS found
  CROSS JOIN latest
  WHERE found.__fc_at <= latest.at
), now AS (
  {{ numbered("computed", "now") }}
), both_rows AS (
  SELECT
    {%- for k in keys %}
    coalesce(was.key_{{ loop.index }}, now.key_{{ loop.index }}) AS key_{{ loop.index }},
    {%- endfor %}
    coalesce(was.event, now.event) AS event,
    {%- for c in columns %}
    was.value_{{ loop.index }} AS was_{{ loop.index }}, now.value_{{ loop.index }} AS now_{{ loop.index }},
    {%- endfor %}
    was.nth IS NOT NULL AS in_was, now.nth IS NOT NULL AS in_now
  FROM was
  FULL JOIN now ON {% for k in keys %}was.key_{{ loop.index }} = now.key_{{ loop.index }} AND {% endfor %}was.event = now.event AND was.nth = now.nth
)
