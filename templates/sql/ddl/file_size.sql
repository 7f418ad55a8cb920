{#- Bytes of the files that a pattern matches; their content is not read. -#}
SELECT CAST(sum(size) AS BIGINT) AS bytes FROM read_blob({{ path | literal }})
