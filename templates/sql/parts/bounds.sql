{#- The as-of times that part a spine into parts of about as many rows. -#}
SET VARIABLE {{ name }} = (
  SELECT quantile_disc(__fc_time, [{% for n in range(1, total) %}{{ n / total }}{{ ", " if not loop.last }}{% endfor %}])
  FROM {{ spine }}
  WHERE isfinite(__fc_time)
)
