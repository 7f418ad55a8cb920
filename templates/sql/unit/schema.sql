{#- A place of its own for the tables of one unit test. -#}
CREATE SCHEMA {{ schema | ident }}
