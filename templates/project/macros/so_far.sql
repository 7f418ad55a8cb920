{# An aggregate over a customer's rows up to and including the present one. #}
{% macro so_far(aggregate, time) -%}
{{ aggregate }} OVER (PARTITION BY customer_id ORDER BY {{ time }}, order_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
{%- endmacro %}
