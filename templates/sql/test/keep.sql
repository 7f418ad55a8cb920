{#- Failing rows of a test. -#}
INSERT INTO {{ (state_schema, "test_failures") | ident }} (schema_name, node, test, run_id, "at", "row")
VALUES
{%- for row in rows %}
  ({{ schema | literal }}, {{ node | literal }}, {{ test | literal }}, {{ run_id | literal }}, {{ at | literal }}, {{ row | literal }})
{{- "," if not loop.last }}
{%- endfor %}
