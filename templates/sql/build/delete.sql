{#- The rows of a slice leave a view's table. -#}
{% from "build/within.sql" import within with context -%}
DELETE FROM {{ table | ident }}
WHERE {{ within(slice) }}
