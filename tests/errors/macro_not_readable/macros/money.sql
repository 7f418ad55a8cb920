{% macro cents(column) %}
{{ column }} * 100
