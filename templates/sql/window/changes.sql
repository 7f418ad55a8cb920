{#-
  What enters a window, or leaves it, and when: a row enters once it is known and old enough, and leaves when it is too old or
  another has taken its place. A row that would leave before it enters is never there.
-#}
SELECT
  {{ stream }} AS __fc_stream,
  {{ key_columns | join(", ") }},
  {{ enters if sign > 0 else leaves }} AS __fc_time
{%- for value in counted %},
  CASE WHEN {{ value }} IS NOT NULL THEN {{ sign }} END AS {{ value }}_n
{%- endfor %}
{%- for value in summed %},
  {{ "-" if sign < 0 }}CAST({{ value.name }} AS {{ value.type | sqltype }}) AS {{ value.name }}_sum
{%- endfor %}
FROM {{ events }}
{%- if leaves %}
WHERE {{ leaves }} > {{ enters }}{{ " OR " ~ leaves ~ " IS NULL" if sign > 0 }}
{%- endif %}
