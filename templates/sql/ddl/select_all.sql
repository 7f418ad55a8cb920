SELECT * FROM {{ relation | ident }}
