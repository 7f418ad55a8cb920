{#- How many rows no export can bring: usable ones with NULL in a join key, and those of a time that is too far ahead. #}
  {% if keys %}count(*) FILTER (WHERE is_unnamed AND __fc_at <= {{ as_of | literal }}){% else %}0{% endif %} AS unnamed,
  {% if latest %}count(*) FILTER (WHERE __fc_at > {{ latest | literal }}){% else %}0{% endif %} AS future
