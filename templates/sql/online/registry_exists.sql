SELECT to_regclass('featurec.online_watermarks') IS NOT NULL AND to_regnamespace({{ schema | ident | literal }}) IS NOT NULL
