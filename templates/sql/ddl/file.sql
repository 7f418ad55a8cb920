{#- A Parquet or CSV file as a relation. The commas and quotes of a CSV file are fixed, so that nothing is guessed but types. -#}
{%- if csv -%}
read_csv({{ path | literal }}, header = true, delim = ',', quote = '"', escape = '"', nullstr = ['', '\N'], allow_quoted_nulls = false
{%- if columns %}, auto_detect = false, columns = { {%- for column in columns %}{{ column.name | literal }}: {{ column.type | literal }}{{ ", " if not loop.last }}{% endfor -%} }
{%- else %}, sample_size = -1, types = { {%- for name, type in types.items() %}{{ name | literal }}: {{ type | literal }}{{ ", " if not loop.last }}{% endfor -%} }
{%- endif %})
{%- else -%}
read_parquet({{ path | literal }})
{%- endif %}
