DROP SCHEMA {{ schema | ident }} CASCADE
