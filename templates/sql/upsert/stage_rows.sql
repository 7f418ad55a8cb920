COPY featurec_stage FROM STDIN
