{#- DuckDB: a component of an entity key, and a feature as JSON text, NULL for NULL. Normative text forms: featurec/online/encoding.py. -#}
{%- macro key(type, x) -%}
{%- if type.kind == "text" -%}
replace(replace({{ x }}, '\', '\\'), '|', '\|')
{%- else -%}
{{ text(type, x) }}
{%- endif -%}
{%- endmacro -%}

{%- macro value(type, x, depth=1) -%}
{%- if type.kind in ("integer", "boolean") -%}
CAST({{ x }} AS VARCHAR)
{%- elif type.kind in ("float", "double") -%}
CASE WHEN isfinite({{ x }}) AND NOT ({{ x }} = 0 AND signbit({{ x }})) THEN CAST({{ x }} AS VARCHAR)
  ELSE CASE WHEN isnan({{ x }}) THEN '"NaN"' WHEN {{ x }} = 0 THEN '"-0.0"' WHEN {{ x }} > 0 THEN '"Infinity"' WHEN {{ x }} < 0 THEN '"-Infinity"' END END
{%- elif type.kind == "text" -%}
CAST(to_json({{ x }}) AS VARCHAR)
{%- elif type.kind == "blob" -%}
'"' || to_base64({{ x }}) || '"'
{%- elif type.kind == "list" -%}
'[' || array_to_string(list_transform({{ x }}, lambda item_{{ depth }}: coalesce({{ value(type.item, "item_%d" % depth, depth + 1) }}, 'null')), ',') || ']'
{%- elif type.kind == "struct" -%}
CASE WHEN {{ x }} IS NOT NULL THEN concat(
{%- for name, field in type.fields -%}
{{ (("{" if loop.first else ", ") ~ json_text(name) ~ ": ") | literal }}, coalesce({{ value(field, "struct_extract(%s, %s)" % (x, name | literal), depth) }}, 'null'), {% endfor -%}
'}') END
{%- else -%}
'"' || {{ text(type, x) }} || '"'
{%- endif -%}
{%- endmacro -%}

{%- macro text(type, x) -%}
{%- if type.kind == "blob" -%}
lower(hex({{ x }}))
{%- elif type.kind == "decimal" and type.precision is not none and type.precision == type.scale -%}
CASE WHEN {{ x }} < 0 THEN '-0' || substr(CAST({{ x }} AS VARCHAR), 2) ELSE '0' || CAST({{ x }} AS VARCHAR) END
{%- elif type.kind == "timestamp" -%}
{{ instant("CAST(%s AS TIMESTAMP)" % x, "") }}
{%- elif type.kind == "timestamptz" -%}
{{ instant("make_timestamp(epoch_us(%s))" % x, "Z", x) }}
{%- else -%}
CAST({{ x }} AS VARCHAR)
{%- endif -%}
{%- endmacro -%}

{#- Before year 1 the engines number years differently, so there the microseconds since 1970 stand. -#}
{%- macro instant(x, suffix, original=None) -%}
CASE WHEN NOT isfinite({{ original or x }}) THEN CAST({{ original or x }} AS VARCHAR)
  WHEN {{ x }} < TIMESTAMP '0001-01-01' THEN CAST(epoch_us({{ x }}) AS VARCHAR)
  ELSE strftime({{ x }}, '%Y-%m-%dT%H:%M:%S.%f{{ suffix }}') END
{%- endmacro -%}
