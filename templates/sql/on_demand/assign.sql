{#- The rows of a request, in the types of what is evaluated over them. -#}
SET VARIABLE __fc_asked = CAST($1 AS {{ struct }})
