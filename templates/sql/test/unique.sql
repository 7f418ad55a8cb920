{#- Values, or combinations, that occur more than once. One with a NULL in it is equal to no other. -#}
SELECT {{ columns | join(", ") }}, count(*) AS __fc_occurrences
FROM {{ relation }} AS tested
WHERE {% for column in columns %}tested.{{ column }} IS NOT NULL{{ " AND " if not loop.last }}{% endfor %}
{%- if where %} AND ({{ where }}){% endif %}
GROUP BY {{ columns | join(", ") }}
HAVING count(*) > 1
