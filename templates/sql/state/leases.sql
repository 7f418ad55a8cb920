{#- Leases that a run holds: the transaction that has locked the row goes on. Whoever has it shows nowhere else. -#}
SELECT view_name, host, pid, CAST(since AS VARCHAR) AS since, run_id
FROM {{ (state_schema, "leases") | ident }} AS lease
WHERE schema_name = {{ schema | literal }} AND EXISTS (
  SELECT 1 FROM pg_locks WHERE locktype = 'transactionid' AND granted AND transactionid = lease.xmax
)
