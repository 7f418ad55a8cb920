{#- An on-demand view alone; a parameter stands for what a request brings or what is looked up. -#}
{%- for parameter, what in parameters %}
-- ${{ parameter }}: {{ what }}
{%- endfor %}
SELECT
{%- for name, sql in outputs %}
  {{ sql }} AS {{ name }}{{ "," if not loop.last }}
{%- endfor %}
