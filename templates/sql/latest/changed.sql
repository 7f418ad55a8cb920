{#- All rows of the entities of which a row came into use after `since`, or reached an age at which it enters or leaves a window. -#}
SELECT *
FROM {{ relation }}
WHERE ({{ keys | join(", ") }}) IN (
  SELECT {{ keys | join(", ") }}
  FROM {{ relation }}
  WHERE __fc_at > {{ since }} AND __fc_at <= {{ as_of }}
{%- for age in ages %}
    OR __fc_event > {{ since }} - {{ age | interval }} AND __fc_event <= {{ as_of }} - {{ age | interval }}
{%- endfor %}
)
