{#- Of rows with equal keys and event time the one of highest rank: enough where a is a function of the event time. -#}
SELECT *
FROM (
  SELECT
    *,
    row_number() OVER (PARTITION BY {{ (keys + ["__fc_event"]) | join(", ") }} ORDER BY {{ tie_break or "__fc_event" }}) AS __fc_place
  FROM {{ relation }}
) AS ranked
WHERE __fc_place = 1
