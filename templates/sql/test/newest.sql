{#- The time of the newest row, those stamped ahead of the clock left out. -#}
SELECT max({{ time }}) AS newest
FROM {{ relation }} AS tested
WHERE isfinite({{ time }}) AND {{ time }} <= {{ now | literal }}
