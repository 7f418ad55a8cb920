{#- Rows without a value. -#}
SELECT {{ shown | join(", ") }}
FROM {{ relation }} AS tested
WHERE tested.{{ columns[0] }} IS NULL
{%- if where %} AND ({{ where }}){% endif %}
