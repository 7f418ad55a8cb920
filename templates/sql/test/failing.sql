{#- How many rows or values fail a test, and the first of them. -#}
SELECT count(*) OVER () AS __fc_failures, failing.*
FROM (
{{ inset(failing) }}
) AS failing
{%- if order %}
ORDER BY {{ order | join(", ") }}
{%- endif %}
LIMIT {{ limit }}
