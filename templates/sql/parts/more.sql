INSERT INTO {{ name | ident }}
{{ query }}
