{#- First line of every compiled query. -#}
-- {{ title }}
-- compiled by featurec for {{ dialect.name }}; fingerprint {{ fingerprint }}
