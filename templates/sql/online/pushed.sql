{#- Pushed rows in the form of a view's latest rows: of each entity the newest, of equally new ones the one that was given last. -#}
{%- from "online/pushed_times.sql" import instant -%}
SELECT
{%- for column in columns %}
  CAST({{ column.given | ident }} AS {{ column.type | sqltype }}) AS {{ column.name | ident }},
{%- endfor %}
  {{ instant(event, timezone) }} AS __fc_event,
  {{ instant(created, timezone) if created else "CAST(NULL AS TIMESTAMPTZ)" }} AS __fc_created
FROM (SELECT *, row_number() OVER () AS __fc_row FROM {{ relation | ident }}) AS pushed
QUALIFY row_number() OVER (PARTITION BY {% for key in keys %}CAST({{ key.given | ident }} AS {{ key.type | sqltype }}), {% endfor %}1 ORDER BY __fc_event DESC, __fc_created DESC NULLS LAST, __fc_row DESC) = 1
