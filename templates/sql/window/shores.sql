{#- The beginnings and ends of islands, as changes of the number of different values. -#}
SELECT {{ stream }} AS __fc_stream, {{ key_columns | join(", ") }}, __fc_enters AS __fc_time, 1 AS __fc_change
FROM {{ islands }}
WHERE __fc_before IS NULL OR __fc_enters > __fc_before
UNION ALL
SELECT {{ stream }}, {{ key_columns | join(", ") }}, __fc_before, -1
FROM {{ islands }}
WHERE __fc_enters > __fc_before
UNION ALL
SELECT {{ stream }}, {{ key_columns | join(", ") }}, greatest(__fc_before, __fc_leaves), -1
FROM {{ islands }}
WHERE __fc_last AND greatest(__fc_before, __fc_leaves) < {{ ending }}
