{#- The rows of a view that the lookups of a part can find: those of its keys, or those that matter in its time. -#}
{%- import "parts/share.sql" as share -%}
SELECT *
FROM {{ relation }}
{%- if key is not none %}
WHERE {{ share.of_key(key, part) }}
{%- else %}
WHERE TRUE
{%- if part.number < part.total - 1 %} AND __fc_at <= {{ share.bound(part, part.number) }}{% endif -%}
{%- if part.number > 0 and reach is not none %} AND __fc_event >= {{ share.bound(part, part.number - 1) }} - {{ reach | interval }}{% endif -%}
{%- endif %}
