{#- Rows that a policy hides would be an error, not left out. -#}
SET LOCAL row_security = off;
EXPLAIN {{ query }}
