"""Functions by name, of all dialects together: what none may be called for, and what may stand in FROM.

Names are compared in lower case and without the schema before them, so that ``pg_catalog."pg_sleep"`` is found.
The ordinary functions are not listed: there are thousands, and they only compute.
"""

import re

OUTSIDE = frozenset(
    {
        # DuckDB
        "copy_database", "from_substrait", "from_substrait_json", "get_substrait", "getenv", "getvariable", "glob",
        "json_execute_serialized_sql", "query", "query_table", "read_blob", "read_csv", "read_text", "seq_scan",
        "which_secret",
        # Postgres, Redshift
        "connectby", "current_setting", "postgres_fdw_get_connections", "ts_rewrite", "ts_stat",
        # Spark, Databricks
        "ai_query", "event_log", "http_request", "java_method", "list_secrets", "reflect", "remote_query", "secret",
        "try_reflect", "try_secret",
        # ClickHouse
        "addresstoline", "addresstolinewithinlines", "addresstosymbol", "azureblobstorage", "azureblobstoragecluster",
        "catboostevaluate", "clusterallreplicas", "deltalake", "deltalakecluster", "executable", "executablepool",
        "file", "filecluster", "fqdn", "fuzzjson", "gcs", "getclienthttpheader", "getmacro", "getserverport",
        "getserversetting", "getsetting", "getsettingordefault", "hdfs", "hdfscluster", "hostname", "hudi",
        "hudicluster", "icebergs3", "jdbc", "joinget", "joingetornull", "mergetreeindex", "modelevaluate", "mongodb",
        "odbc", "postgresql", "remote", "remotesecure", "s3", "s3cluster", "showcertificate", "timeseriesdata", "url",
        "urlcluster", "ytsaurus",
        # Snowflake
        "build_scoped_file_url", "build_stage_file_url", "get_absolute_path", "get_presigned_url", "get_relative_path",
        "get_stage_location", "infer_schema", "result_scan", "to_file",
        # BigQuery, Trino, other
        "external_query", "load_file", "opendatasource", "openquery", "openrowset", "sys_eval", "sys_exec",
        "xp_cmdshell",
    }
)  # fmt: skip
"""They read files, the network, another database, the environment, or run SQL or programs given as text."""

CONTROL = frozenset(
    {
        "benchmark", "checkpoint", "currval", "force_checkpoint", "generateserialid", "get_lock", "is_free_lock",
        "is_used_lock", "lastval", "nextval", "release_all_locks", "release_lock", "set_config", "setseed",
        "setval", "sleep", "sleep_ms", "sleepeachrow", "write_log",
    }
)  # fmt: skip
"""They wait, lock, write or steer the server."""

_OUTSIDE = re.compile(
    r"read_|(pg_)?(read|ls|stat)_(file|dir|binary|.*dir$)|pg_(current_)?logfile|lo_|loread|lowrite|dblink|crosstab"
    r"|(postgres|mysql|sqlite|odbc|iceberg|delta|duckdb|pragma|arrow|pandas|ducklake|unity|azure|aws|redis|mssql)_"
    r"|(http|parquet|sniff|shell)_|st_read|(query|table|schema|cursor|database)_to_xml|filesystem"
    r"|infer_external|utl_|dbms_"
    r"|\w+_scan$|\w+_(attach|query)$|.*\\"
)
_CONTROL = re.compile(r"pg_|system\$|binary_upgrade_|gin_clean_|brin_|dictreload|sys\$")
_HARMLESS = frozenset(
    {
        "pg_collation_for", "pg_column_compression", "pg_column_size", "pg_input_error_info", "pg_input_is_valid",
        "pg_size_bytes", "pg_size_pretty", "pg_typeof", "json_query", "jsonb_path_query", "xml_query",
    }
)  # fmt: skip

TABLE_FUNCTIONS = frozenset(
    {
        "explode", "explode_outer", "flatten", "generate_array", "generate_date_array", "generate_series",
        "generate_subscripts", "generate_timestamp_array", "generateseries", "generator", "inline", "inline_outer",
        "json_array_elements", "json_array_elements_text", "json_each", "json_each_text", "json_object_keys",
        "json_populate_record", "json_populate_recordset", "json_table", "json_to_record", "json_to_recordset",
        "json_tree", "json_tuple", "jsonb_array_elements", "jsonb_array_elements_text", "jsonb_each",
        "jsonb_each_text", "jsonb_object_keys", "jsonb_path_query", "jsonb_path_query_tz", "jsonb_populate_record",
        "jsonb_populate_recordset", "jsonb_to_record", "jsonb_to_recordset", "numbers", "numbers_mt", "openjson",
        "parse_url_tuple", "posexplode", "posexplode_outer", "range", "regexp_matches", "regexp_split_to_table",
        "repeat", "sequence", "split_to_table", "stack", "string_split", "string_to_table", "strtok_split_to_table",
        "unnest", "values", "variant_explode", "variant_explode_outer", "xmltable", "zeros", "zeros_mt",
    }
)  # fmt: skip
"""What makes rows of nothing but its arguments."""


def reads_outside(name: str) -> bool:
    """Whether a function of this name, in lower case, reads what is no table."""
    return name in OUTSIDE or (_OUTSIDE.match(name) is not None and name not in _HARMLESS)


def steers(name: str) -> bool:
    """Whether a function of this name, in lower case, does more than to compute a value."""
    return name in CONTROL or (_CONTROL.match(name) is not None and name not in _HARMLESS)
