{#- The spine rows of a part. -#}
{%- import "parts/share.sql" as share -%}
SELECT
{%- for column in columns %}
  {{ column }},
{%- endfor %}
  __fc_row,
  __fc_time
FROM {{ relation }}
{%- if key is not none %}
WHERE {{ share.of_key(key, part) }}
{%- elif part.number == 0 %}
WHERE __fc_time IS NULL OR __fc_time <= {{ share.bound(part, 0) }}
{%- else %}
WHERE __fc_time > {{ share.bound(part, part.number - 1) }}
{%- if part.number < part.total - 1 %} AND __fc_time <= {{ share.bound(part, part.number) }}{% endif -%}
{%- endif %}
