{#- What tells rows that vanished from rows that took their place: beside the number of settled rows, what their times add up to, and
    how many there are by hour or day; and what the rows without a time are. -#}
ALTER TABLE {{ (state_schema, "arrivals") | ident }} ADD COLUMN IF NOT EXISTS settled_sum varchar;
ALTER TABLE {{ (state_schema, "arrivals") | ident }} ADD COLUMN IF NOT EXISTS histogram varchar;
ALTER TABLE {{ (state_schema, "arrivals") | ident }} ADD COLUMN IF NOT EXISTS undated_count bigint;
ALTER TABLE {{ (state_schema, "arrivals") | ident }} ADD COLUMN IF NOT EXISTS contents varchar
