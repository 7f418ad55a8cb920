{#- The index that the as-of lookup of one row walks along, one that finds the newest rows, and statistics for whoever plans. -#}
{%- if keys %}CREATE INDEX ON {{ table | ident }} ({% for key in keys %}{{ key | ident }}, {% endfor %}__fc_at);
{% endif -%}
CREATE INDEX ON {{ table | ident }} USING brin (__fc_at);
ANALYZE {{ table | ident }}
