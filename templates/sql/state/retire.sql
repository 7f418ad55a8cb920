{#- Nobody is pointed at this view's tables any more; whoever reads them by the view's name still does until they are collected. -#}
UPDATE {{ (state_schema, "view_versions") | ident }} SET retired_at = {{ at | literal }}
WHERE schema_name = {{ schema | literal }} AND view_name = {{ view | literal }} AND retired_at IS NULL;
DELETE FROM {{ (state_schema, "active_versions") | ident }}
WHERE schema_name = {{ schema | literal }} AND view_name = {{ view | literal }}
