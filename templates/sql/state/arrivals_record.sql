{#- What the relations of a table were like when it was written last. -#}
DELETE FROM {{ (state_schema, "arrivals") | ident }} WHERE schema_name = {{ schema | literal }} AND table_name = {{ table | literal }};
{%- if arrivals %}
INSERT INTO {{ (state_schema, "arrivals") | ident }} (
  schema_name, table_name, relation, row_count, settled_at, settled_count, newest, late_count, parent_table, parent_number, mark,
  settled_sum, histogram, undated_count, contents, unsettled_sum
)
VALUES
{%- for a in arrivals %}
  ({{ schema | literal }}, {{ table | literal }}, {{ a.relation | literal }}, {{ a.rows | literal }}, {{ a.settled_at | literal }}, {{ a.settled | literal }},
  {{ a.newest | literal }}, {{ a.late | literal }}, {{ a.parent_table | literal }}, {{ a.parent_number | literal }}, {{ a.mark | literal }},
  {{ a.settled_sum | literal }}, {{ a.histogram | literal }}, {{ a.undated | literal }}, {{ a.contents | literal }}, {{ a.unsettled_sum | literal }}){{ "," if not loop.last }}
{%- endfor %}
{%- endif %}
