{#- Every DuckDB session: UTC, nothing fetched, only the named files in reach, and no way back. -#}
SET GLOBAL TimeZone = 'UTC';
{% for name, value in limits.items() if value is not none %}SET GLOBAL {{ name | ident }} = {{ value | literal }};
{% endfor -%}
SET GLOBAL temp_directory = {{ spill | literal }};
{#- Running totals of windows go through an ordered subquery, and training sets keep the order of their spine. #}
SET GLOBAL preserve_insertion_order = true;
{#- Of a CSV file DuckDB expects 42 rows, and for so few an as-of join would look at every pair of rows. #}
SET GLOBAL asof_loop_join_threshold = 0;
SET GLOBAL python_enable_replacements = false;
SET GLOBAL allow_community_extensions = false;
SET GLOBAL autoinstall_known_extensions = false;
SET GLOBAL autoload_known_extensions = false;
SET GLOBAL allowed_directories = [{% for folder in folders %}{{ folder | literal }}{{ ", " if not loop.last }}{% endfor %}];
SET GLOBAL allowed_paths = [{% for file in files %}{{ file | literal }}{{ ", " if not loop.last }}{% endfor %}];
SET GLOBAL enable_external_access = false;
SET GLOBAL lock_configuration = true;
