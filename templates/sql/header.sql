{#- First line of every compiled query. -#}
-- {{ title }}
-- compiled by featurec for {{ dialect }}; fingerprint {{ fingerprint }}
