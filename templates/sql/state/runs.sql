{#- The last runs, the newest first. -#}
SELECT run_id, CAST(started_at AS VARCHAR) AS started_at, CAST(completed_at AS VARCHAR) AS completed_at, exit_code, host, pid, featurec_version
FROM {{ (state_schema, "runs") | ident }}
WHERE schema_name = {{ schema | literal }}
ORDER BY started_at DESC, run_id
LIMIT {{ limit }}
