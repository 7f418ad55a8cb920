{#- The index that the as-of lookup of one row walks along, and statistics for whoever plans with the table. -#}
{%- if keys %}CREATE INDEX ON {{ table | ident }} ({% for key in keys %}{{ key | ident }}, {% endfor %}__fc_at);
{% endif -%}
ANALYZE {{ table | ident }}
