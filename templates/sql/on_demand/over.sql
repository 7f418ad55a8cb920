{#- A query over the rows of another, in their order. -#}
WITH __fc_read AS NOT MATERIALIZED (
{{ query }}
)
{{ after }}
