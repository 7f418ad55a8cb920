{#- The names in a Parquet file, those inside of nested columns included. -#}
SELECT DISTINCT name FROM parquet_schema({{ path | literal }})
