{#- The entities that a whole export did not bring have no rows any more. -#}
WITH removed AS (
  DELETE FROM {{ table | ident }} AS stored
  WHERE NOT EXISTS (SELECT FROM featurec_stage AS staged WHERE staged.entity_key = stored.entity_key)
  RETURNING 1
)
SELECT count(*) AS removed FROM removed
