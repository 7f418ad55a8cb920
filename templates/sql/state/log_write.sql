{#- The ranges of one write, which share a number. -#}
INSERT INTO {{ (state_schema, "interval_log") | ident }}
VALUES
{%- for range in ranges %}
  ({{ schema | literal }}, {{ table | literal }}, {{ number | literal }}, {{ run_id | literal }}, {{ kind | literal }}, {{ range.start | literal }},
  {{ range.end | literal }}, {{ range.since | literal }}, {{ rows | literal }}, {{ at | literal }}){{ "," if not loop.last }}
{%- endfor %}
