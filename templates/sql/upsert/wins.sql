{#- Whether a staged row takes the place of the one that is there. -#}
{%- macro wins(staged, stored, windowed) -%}
{%- if windowed -%}
({{ staged }}.event_ts, {{ staged }}.created_ts, jsonb_hash_extended({{ staged }}.payload, 0)) <> ({{ stored }}.event_ts, {{ stored }}.created_ts, {{ stored }}.row_hash)
{%- else -%}
(({{ staged }}.event_ts, {{ staged }}.created_ts) > ({{ stored }}.event_ts, {{ stored }}.created_ts)
    OR ({{ staged }}.event_ts, {{ staged }}.created_ts) = ({{ stored }}.event_ts, {{ stored }}.created_ts)
    AND jsonb_hash_extended({{ staged }}.payload, 0) <> {{ stored }}.row_hash)
{%- endif -%}
{%- endmacro -%}
