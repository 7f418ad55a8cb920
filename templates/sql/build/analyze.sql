{#- Statistics for whoever plans with the table, after it has grown. -#}
ANALYZE {{ table | ident }}
