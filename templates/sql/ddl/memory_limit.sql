{#- The memory of a DuckDB session in bytes; the setting is text such as 18.8 GiB. -#}
SELECT CAST(least(
  CAST(split_part(setting, ' ', 1) AS DOUBLE) * CASE upper(split_part(setting, ' ', 2))
    WHEN 'KIB' THEN 1024.0
    WHEN 'MIB' THEN 1024.0 ^ 2
    WHEN 'GIB' THEN 1024.0 ^ 3
    WHEN 'TIB' THEN 1024.0 ^ 4
    WHEN 'PIB' THEN 1024.0 ^ 5
    ELSE 1
  END,
  2.0 ^ 60
) AS BIGINT) AS bytes
FROM (SELECT current_setting('memory_limit') AS setting) AS setting
