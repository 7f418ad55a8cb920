{#- PostgreSQL: a component of an entity key, and a feature as JSON text, NULL for NULL. Normative text forms: featurec/online/encoding.py. -#}
{%- macro key(type, x) -%}
{%- if type.kind == "text" -%}
replace(replace({{ x }}, '\', '\\'), '|', '\|')
{%- else -%}
{{ text(type, x) }}
{%- endif -%}
{%- endmacro -%}

{%- macro value(type, x, depth=1) -%}
{%- if type.kind in ("integer", "boolean") -%}
CAST({{ x }} AS text)
{%- elif type.kind in ("float", "double") -%}
CASE WHEN CAST({{ x }} AS text) IN ('NaN', 'Infinity', '-Infinity') THEN '"' || CAST({{ x }} AS text) || '"' WHEN CAST({{ x }} AS text) = '-0' THEN '"-0.0"' ELSE CAST({{ x }} AS text) END
{%- elif type.kind == "text" -%}
CAST(to_json(CAST({{ x }} AS text)) AS text)
{%- elif type.kind == "blob" -%}
'"' || translate(encode({{ x }}, 'base64'), E'\n', '') || '"'
{%- elif type.kind == "list" -%}
CASE WHEN {{ x }} IS NOT NULL THEN '[' || coalesce((SELECT string_agg(coalesce({{ value(type.item, "item", depth + 1) }}, 'null'), ',' ORDER BY place) FROM unnest({{ x }}) WITH ORDINALITY AS items(item, place)), '') || ']' END
{%- else -%}
'"' || {{ text(type, x) }} || '"'
{%- endif -%}
{%- endmacro -%}

{%- macro text(type, x) -%}
{%- if type.kind == "blob" -%}
encode({{ x }}, 'hex')
{%- elif type.kind == "date" -%}
CASE WHEN isfinite({{ x }}) THEN to_char({{ x }}, 'YYYY-MM-DD') || CASE WHEN {{ x }} < DATE '0001-01-01' THEN ' (BC)' ELSE '' END ELSE CAST({{ x }} AS text) END
{%- elif type.kind == "timestamp" -%}
{{ instant(x, "") }}
{%- elif type.kind == "timestamptz" -%}
{{ instant("(%s AT TIME ZONE 'UTC')" % x, "Z") }}
{%- else -%}
CAST({{ x }} AS text)
{%- endif -%}
{%- endmacro -%}

{#- Before year 1 the engines number years differently, so there the microseconds since 1970 stand. -#}
{%- macro instant(x, suffix) -%}
CASE WHEN NOT isfinite({{ x }}) THEN CAST({{ x }} AS text)
  WHEN {{ x }} < TIMESTAMP '0001-01-01' THEN CAST(CAST(extract(epoch FROM {{ x }}) * 1000000 AS bigint) AS text)
  ELSE to_char({{ x }}, 'YYYY-MM-DD"T"HH24:MI:SS.US"{{ suffix }}"') END
{%- endmacro -%}
