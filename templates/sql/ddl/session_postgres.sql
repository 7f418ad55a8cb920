{#- What a transaction relies on, for its own length: whatever was set before, by server, role or URL, and behind a pooler by others. -#}
SELECT
  set_config('TimeZone', 'UTC', true),
  set_config('DateStyle', 'ISO', true),
  set_config('IntervalStyle', 'postgres', true),
  set_config('extra_float_digits', '1', true)
{%- if read_only %},
  set_config('transaction_read_only', 'on', true)
{%- endif %}
{%- if export %},
  CASE WHEN current_setting('idle_in_transaction_session_timeout') = '0' THEN
    set_config('idle_in_transaction_session_timeout', '10min', true)
  END,
  CASE WHEN pg_size_bytes(current_setting('work_mem')) < pg_size_bytes('64MB') THEN set_config('work_mem', '64MB', true) END
{%- endif %}
