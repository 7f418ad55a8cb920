SELECT relation, row_count, CAST(settled_at AS VARCHAR) AS settled_at, settled_count, CAST(newest AS VARCHAR) AS newest, late_count,
  parent_table, parent_number, mark, settled_sum, histogram, undated_count, contents, unsettled_sum
FROM {{ (state_schema, "arrivals") | ident }}
WHERE schema_name = {{ schema | literal }} AND table_name = {{ table | literal }}
