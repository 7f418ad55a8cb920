SELECT coalesce(max(number), 0) AS number FROM {{ (state_schema, "migrations") | ident }}
