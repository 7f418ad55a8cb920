{#- Rows of which the condition is false. -#}
SELECT {{ shown | join(", ") }}
FROM {{ relation }} AS tested
WHERE NOT ({{ condition }})
{%- if where %} AND ({{ where }}){% endif %}
