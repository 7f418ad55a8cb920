{#- What is in a part, for the spine and for views alike. The second argument of the hash parts it from those that joins use. -#}
{%- macro of_key(key, part) -%}
hash(TRY_CAST({{ key | ident }} AS {{ part.by.type | sqltype }}), 'part') % {{ part.total }} = {{ part.number }}
{%- endmacro -%}
{%- macro bound(part, number) -%}
coalesce(getvariable({{ part.by.bounds | literal }})[{{ number + 1 }}], CAST('infinity' AS TIMESTAMPTZ))
{%- endmacro -%}
