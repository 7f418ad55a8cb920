SELECT {% if dialect.name == "postgres" %}current_setting('server_version'){% else %}version(){% endif %} AS version
