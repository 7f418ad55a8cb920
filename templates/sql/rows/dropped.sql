{#- How many rows rows/computed.sql leaves out. -#}
SELECT count(*) AS dropped
FROM (
{{ inset(author) }}
) AS author
WHERE {{ event }} IS NULL
{%- if has_available %} OR {{ available }} IS NULL{% endif %}
