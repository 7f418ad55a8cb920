COPY featurec_stage FROM STDIN WITH (FORMAT {{ format }})
