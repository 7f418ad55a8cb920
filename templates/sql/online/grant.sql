{#- What a server of features reads, now and of versions that come: tables of rows, and which of them are active. Nothing else. -#}
GRANT USAGE ON SCHEMA featurec, {{ schema | ident }} TO {{ role | ident }};
GRANT SELECT ON featurec.online_versions, featurec.online_active, featurec.online_watermarks TO {{ role | ident }};
GRANT SELECT ON ALL TABLES IN SCHEMA {{ schema | ident }} TO {{ role | ident }};
ALTER DEFAULT PRIVILEGES IN SCHEMA {{ schema | ident }} GRANT SELECT ON TABLES TO {{ role | ident }};
ALTER ROLE {{ role | ident }} SET default_transaction_read_only = on;
ALTER ROLE {{ role | ident }} SET statement_timeout = {{ timeout | literal }};
ALTER ROLE {{ role | ident }} SET lock_timeout = {{ timeout | literal }};
ALTER ROLE {{ role | ident }} SET idle_in_transaction_session_timeout = '10s'
