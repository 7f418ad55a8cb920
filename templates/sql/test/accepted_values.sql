{#- Rows whose value is none of those that are accepted. -#}
SELECT {{ shown | join(", ") }}
FROM {{ relation }} AS tested
WHERE tested.{{ columns[0] }} NOT IN ({{ accepted | join(", ") }})
{%- if where %} AND ({{ where }}){% endif %}
