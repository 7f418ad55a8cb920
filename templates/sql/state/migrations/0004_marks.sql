{#- What tells, without looking at its rows, that a source is as it was. -#}
ALTER TABLE {{ (state_schema, "arrivals") | ident }} ADD COLUMN IF NOT EXISTS mark varchar
