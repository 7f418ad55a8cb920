{#- What the rows of a slice have in common with the others of their entity: whether a time is shared, and whether an older one comes late. -#}
{% from "build/within.sql" import within with context -%}
SELECT
  count(*) FILTER (WHERE kept.__fc_event = written.__fc_event) = 0 AS is_unique,
  count(*) FILTER (WHERE kept.__fc_event > written.__fc_event AND kept.__fc_at <= written.__fc_at) = 0 AS is_ordered
FROM (SELECT * FROM {{ table | ident }} WHERE {{ within(slice) }}) AS written
JOIN (SELECT * FROM {{ table | ident }} WHERE NOT ({{ within(slice) }})) AS kept
  ON TRUE{% for key in keys %} AND kept.{{ key | ident }} = written.{{ key | ident }}{% endfor %}
  AND kept.__fc_event >= written.__fc_event
