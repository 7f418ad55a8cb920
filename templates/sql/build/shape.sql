{#- Whether keys and event time name a row, and whether within every key the time of use rises with the event time. -#}
SELECT
  count(*) AS row_count,
  coalesce(bool_and(is_first), true) AS is_unique,
  coalesce(bool_and(is_later), true) AS is_ordered
FROM (
  SELECT
    __fc_event IS DISTINCT FROM lag(__fc_event) OVER entity AS is_first,
    coalesce(__fc_at > lag(__fc_at) OVER entity, true) AS is_later
  FROM {{ table | ident }}
  WINDOW entity AS ({% if keys %}PARTITION BY {% for key in keys %}{{ key | ident }}{{ ", " if not loop.last }}{% endfor %} {% endif %}ORDER BY __fc_event, __fc_at)
) AS built
