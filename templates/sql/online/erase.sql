{%- from "online/part.sql" import part with context -%}
DELETE FROM {{ table | ident | doubled }} WHERE {{ part("entity_key", first, count, total) }} = %(key)s
