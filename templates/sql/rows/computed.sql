{#- Rows of a view from the author's SQL, with the four times; rows without event or available time are left out. -#}
{% from "build/within.sql" import within with context -%}
{% set at = "greatest(__fc_event, __fc_available)" if has_available else "__fc_available" -%}
SELECT
  *,
  {{ at }} AS __fc_at
FROM (
  SELECT
{%- for column in columns %}
    {{ column }},
{%- endfor %}
    {{ event }} AS __fc_event,
    {{ created }} AS __fc_created,
    {{ available }} AS __fc_available
  FROM (
{{ inset(inset(author)) }}
  ) AS author
) AS stamped
WHERE __fc_event IS NOT NULL{% if has_available %} AND __fc_available IS NOT NULL{% endif %}
{%- if start is not none %} AND __fc_event >= {{ start | literal }}{% endif %}
{%- if slice is not none and not slice.is_whole %}
  AND {{ within(slice, at) }}
{%- endif %}
