{#- What people read: the author's columns of the active version. -#}
{%- if replace %}DROP VIEW IF EXISTS {{ (schema, view) | ident }};
{% endif -%}
CREATE OR REPLACE VIEW {{ (schema, view) | ident }} AS
SELECT {% for column in columns %}{{ column | ident }}{{ ", " if not loop.last }}{% endfor %}
FROM {{ (schema, table) | ident }}
