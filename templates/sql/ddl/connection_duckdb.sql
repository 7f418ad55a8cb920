{#- Every connection of a DuckDB session, before its configuration is locked: standard output is ours. -#}
SET enable_progress_bar = false;
USE {{ name | ident }}
