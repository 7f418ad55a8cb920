{#- The rows of a view that the lookups of a part can find: those of its keys, or those that matter in its time. -#}
{%- import "parts/share.sql" as share -%}
{%- set conditions = [] -%}
{%- if key is not none and part.total > 1 -%}
  {%- set _ = conditions.append(share.of_key(key, part)) -%}
{%- endif -%}
{%- if key is none and part.number < part.total - 1 -%}
  {%- set _ = conditions.append("__fc_at <= " ~ share.bound(part, part.number)) -%}
{%- endif -%}
{%- if key is none and part.number > 0 and reach is not none -%}
  {%- set _ = conditions.append("__fc_event >= " ~ share.bound(part, part.number - 1) ~ " - " ~ (reach | interval)) -%}
{%- endif -%}
SELECT *
FROM {{ relation }}
{%- if conditions %}
WHERE {{ conditions | join(" AND ") }}
{%- endif %}
