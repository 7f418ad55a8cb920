{#- Whether an instant is one that calendars have: neither infinite, nor of years whose names programs cannot read. -#}
{% macro is_dated(at) -%}
{{ at }} >= TIMESTAMPTZ '0100-01-01 00:00:00+00' AND {{ at }} < TIMESTAMPTZ '9999-12-31 00:00:00+00'
{%- endmacro %}
