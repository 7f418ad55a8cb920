{#- The rows of a training set with what on-demand views make of them. DuckDB keeps the order of the rows. -#}
SELECT
{%- for column in columns %}
  __fc_read.{{ column }},
{%- endfor %}
{%- for name, sql in outputs %}
  {{ sql ~ " AS " ~ name if sql else "__fc_read." ~ name }}{{ "," if not loop.last }}
{%- endfor %}
FROM __fc_read
