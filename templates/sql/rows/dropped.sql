{#- How many rows rows/computed.sql leaves out. -#}
SELECT count(*) AS dropped
FROM (
{{ author }}
) AS author
WHERE {{ event }} IS NULL
{%- if has_available %} OR {{ available }} IS NULL{% endif %}
