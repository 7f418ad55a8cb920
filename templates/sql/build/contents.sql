{#- What the rows without a time are: their number, and a sum over hashes of whole rows, which has no order. DuckDB's hashes are
    those of its version; values that are equal but not the same have one hash there (0 and -0), so that their text counts too. -#}
SELECT
{%- if dialect.name == "postgres" %}
  concat('postgres ', count(*), ' ', coalesce(sum(hashtextextended(CAST(ROW({% for column in columns %}arriving.{{ column.name | ident }}{{ ", " if not loop.last }}{% endfor %}) AS text), 0)), 0)) AS contents
{%- else %}
  concat('duckdb ', version(), ' ', count(*), ' ', coalesce(sum(hash({% for column in columns %}arriving.{{ column.name | ident }}{% if column.ambiguous %}, CAST(arriving.{{ column.name | ident }} AS VARCHAR){% endif %}{{ ", " if not loop.last }}{% endfor %})), 0)) AS contents
{%- endif %}
FROM {{ relation }} AS arriving
{%- if time %}
WHERE {{ time }} IS NULL
{%- endif %}
