{#- What build/shape.sql says of a table, of the rows of a slice alone. -#}
{% include "build/shape.sql" %}
