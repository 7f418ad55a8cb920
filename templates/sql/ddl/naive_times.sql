{#- Of the times in a text column, how many there are and how many have no offset from UTC. -#}
SELECT
  count(*) AS times,
  count(*) FILTER (WHERE NOT regexp_matches(trim({{ column | ident }}), ':[0-9][0-9](\.[0-9]+)? ?([Zz]|UTC|[+-][0-9][0-9](:?[0-9][0-9])?)$')) AS naive
FROM {{ relation }} AS written
WHERE {{ column | ident }} IS NOT NULL
