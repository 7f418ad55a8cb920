ANALYZE {{ table | ident }}
