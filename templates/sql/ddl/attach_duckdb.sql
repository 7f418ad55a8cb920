{#- A database file under a name of ours: its own may be that of a schema in it, and then every table would be ambiguous. -#}
ATTACH {{ path | literal }} AS {{ name | ident }}{{ " (READ_ONLY)" if read_only }}
