{#- A holder that is stopped, and so does not say that it lives, loses its leases. -#}
SET LOCAL idle_in_transaction_session_timeout = {{ seconds * 1000 }}
