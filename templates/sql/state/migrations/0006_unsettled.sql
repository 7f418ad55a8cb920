{#- What the times of the rows add up to that were not settled: tells rows of the future from as many others. -#}
ALTER TABLE {{ (state_schema, "arrivals") | ident }} ADD COLUMN IF NOT EXISTS unsettled_sum varchar
