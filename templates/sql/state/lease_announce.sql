UPDATE {{ (state_schema, "leases") | ident }}
SET host = {{ host | literal }}, pid = {{ pid | literal }}, since = {{ since | literal }}, run_id = {{ run_id | literal }}
WHERE schema_name = {{ schema | literal }} AND view_name IN ({% for view in views %}{{ view | literal }}{{ ", " if not loop.last }}{% endfor %})
