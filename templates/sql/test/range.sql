{#- Rows whose value lies below the least or above the greatest. -#}
SELECT {{ shown | join(", ") }}
FROM {{ relation }} AS tested
WHERE (
{%- if least is not none %}tested.{{ columns[0] }} < {{ least }}{% endif %}
{%- if least is not none and greatest is not none %} OR {% endif %}
{%- if greatest is not none %}tested.{{ columns[0] }} > {{ greatest }}{% endif %})
{%- if where %} AND ({{ where }}){% endif %}
