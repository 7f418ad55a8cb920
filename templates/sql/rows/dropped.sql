{#- How many rows rows/computed.sql leaves out. -#}
SELECT count(*) AS dropped
FROM (
{{ author }}
) AS author
WHERE {{ event }} IS NULL
{%- if known_by != event %} OR {{ known_by }} IS NULL{% endif %}
