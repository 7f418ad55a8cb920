{#- Every connection of a DuckDB session, before its configuration is locked: progress is told, but standard output is ours. -#}
SET enable_progress_bar = true;
SET enable_progress_bar_print = false;
USE {{ name | ident }}
