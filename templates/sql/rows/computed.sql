{#- Rows of a view from the author's SQL, with the four times; rows without event or available time are left out. -#}
SELECT
{%- for column in columns %}
  {{ column }},
{%- endfor %}
  {{ event }} AS __fc_event,
  {{ created }} AS __fc_created,
  {{ available }} AS __fc_available,
  {{ at }} AS __fc_at
FROM (
{{ author }}
) AS author
WHERE {{ event }} IS NOT NULL
{%- if known_by != event %} AND {{ known_by }} IS NOT NULL{% endif %}
