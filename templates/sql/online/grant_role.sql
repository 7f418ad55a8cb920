{#- Whether there is a role, and what it may be beyond a reader. -#}
SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication AS is_more, rolcanlogin
FROM pg_roles
WHERE rolname = %(role)s
