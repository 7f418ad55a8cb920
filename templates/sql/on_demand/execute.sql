EXECUTE __fc_evaluate(getvariable('__fc_asked'))
