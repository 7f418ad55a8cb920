{#- An export reads which entities are erased before it lets anybody see a row: those that have read end first, others read what is erased here. -#}
SET LOCAL lock_timeout = '30s';
LOCK TABLE featurec.online_erased IN ACCESS EXCLUSIVE MODE
