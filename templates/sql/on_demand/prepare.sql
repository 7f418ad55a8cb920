{#- On-demand views over rows that come as one struct of lists, a list a column. Values that a driver would change leave as JSON. -#}
{%- import "online/encode_duckdb.sql" as encode with context -%}
PREPARE __fc_evaluate AS
SELECT
{%- for output in outputs %}
  {% if output.encoded %}{{ encode.value(output.type, output.name) }}{% else %}{{ output.name }}{% endif %} AS {{ output.name }}{{ "," if not loop.last }}
{%- endfor %}
FROM (
  SELECT
  {%- for output in outputs %}
    {{ output.sql }} AS {{ output.name }}{{ "," if not loop.last }}
  {%- endfor %}
  FROM (
    SELECT
    {%- for name, type in columns %}
      unnest(struct_extract(asked, {{ name | literal }})) AS {{ name }}{{ "," if not loop.last }}
    {%- endfor %}
    FROM (SELECT CAST($1 AS {{ struct }}) AS asked) AS request
  ) AS __fc_read
) AS computed
