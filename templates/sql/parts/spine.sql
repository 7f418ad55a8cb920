{#- The spine rows of a part. -#}
{%- import "parts/share.sql" as share -%}
{%- set conditions = [] -%}
{%- if key is not none and part.total > 1 -%}
  {%- set _ = conditions.append(share.of_key(key, part)) -%}
{%- endif -%}
{%- if key is none and part.number > 0 -%}
  {%- set _ = conditions.append("__fc_time > " ~ share.bound(part, part.number - 1)) -%}
{%- endif -%}
{%- if key is none and part.number < part.total - 1 -%}
  {%- set until = "__fc_time <= " ~ share.bound(part, part.number) -%}
  {%- set _ = conditions.append(until if part.number else "(__fc_time IS NULL OR " ~ until ~ ")") -%}
{%- endif -%}
SELECT
{%- for column in columns %}
  {{ column }},
{%- endfor %}
  __fc_row,
  __fc_time
FROM {{ relation }}
{%- if conditions %}
WHERE {{ conditions | join(" AND ") }}
{%- endif %}
