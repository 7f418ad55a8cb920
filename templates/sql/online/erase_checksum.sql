{#- The offline rows may be what they were at the last export, and these are not: the next one brings all entities. -#}
UPDATE featurec.online_watermarks SET checksum = NULL
WHERE schema_name = %(schema)s AND view = %(view)s AND fingerprint = %(fingerprint)s
