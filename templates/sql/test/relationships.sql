{#- Rows whose value occurs nowhere in the other column. -#}
SELECT {{ shown | join(", ") }}
FROM (
  SELECT *
  FROM {{ relation }} AS every_row
  WHERE every_row.{{ columns[0] }} IS NOT NULL
{%- if where %} AND ({{ where }}){% endif %}
) AS tested
WHERE NOT EXISTS (SELECT 1 FROM {{ other }} AS other WHERE other.{{ other_column }} = tested.{{ columns[0] }})
