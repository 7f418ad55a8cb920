{#- Drops every row that is outranked by one usable no later, so that among the rest rank rises with __fc_at. -#}
{%- set partition = "PARTITION BY " ~ (keys | join(", ")) if keys else "" %}
SELECT *
FROM (
  SELECT *, max(__fc_rank) OVER ({{ partition }} ORDER BY __fc_at RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS __fc_best
  FROM (
    SELECT *, {{ "__fc_event" if by_event else "row_number() OVER (" ~ partition ~ " ORDER BY " ~ rank_ascending ~ ")" }} AS __fc_rank
    FROM {{ relation }}
  ) AS ranked
) AS best
WHERE __fc_rank = __fc_best
