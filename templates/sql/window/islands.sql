{#-
  When the number of different values in a window changes: rows of one value that are there at overlapping times are an island,
  and only its beginning and its end count.
-#}
SELECT
  *,
  max(__fc_leaves) OVER (earlier ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS __fc_before,
  lead(__fc_enters) OVER earlier IS NULL AS __fc_last
FROM (
  SELECT
    {{ key_columns | join(", ") }},
    {{ value }},
    {{ enters }} AS __fc_enters,
    {{ "coalesce(%s, %s)" % (leaves, ending) if leaves else ending }} AS __fc_leaves
  FROM {{ events }}
  WHERE {{ value }} IS NOT NULL
) AS lifetime
WHERE __fc_leaves > __fc_enters
WINDOW earlier AS (PARTITION BY {{ key_columns | join(", ") }}, {{ value }} ORDER BY __fc_enters)
