COPY (
{{ query }}
) TO STDOUT WITH (FORMAT binary)
