DROP VIEW IF EXISTS {{ (schema, view) | ident }}
