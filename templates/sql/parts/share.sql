{#-
  What is in a part, for the spine and for views alike. Hashes are parted by ranges: of a range DuckDB guesses a fifth of the
  rows, of a remainder that equals something a handful, for which it would plan nested loops. Their second argument makes them
  others than those that its joins use.
-#}
{%- macro of_key(key, part) -%}
hash(TRY_CAST({{ key | ident }} AS {{ part.by.type | sqltype }}), 'part') BETWEEN {{ 2 ** 64 * part.number // part.total }} AND {{ 2 ** 64 * (part.number + 1) // part.total - 1 }}
{%- endmacro -%}
{%- macro bound(part, number) -%}
coalesce(getvariable({{ part.by.bounds | literal }})[{{ number + 1 }}], CAST('infinity' AS TIMESTAMPTZ))
{%- endmacro -%}
