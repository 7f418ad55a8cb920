"""What functions do to time: those that read the clock or chance, and those that are known to depend on their arguments alone."""

from sqlglot import exp

CLOCK_NODES: tuple[type[exp.Expr], ...] = (
    exp.CurrentDate, exp.CurrentDatetime, exp.CurrentTime, exp.CurrentTimestamp, exp.CurrentTimestampLTZ, exp.Localtime,
    exp.Localtimestamp, exp.Systimestamp, exp.UtcDate, exp.UtcTime, exp.UtcTimestamp,
)  # fmt: skip
CLOCK_NAMES = frozenset(
    {
        "clock_timestamp", "current_date", "current_datetime", "current_localtime", "current_localtimestamp",
        "current_time", "current_timestamp", "curdate", "curtime", "get_current_time", "get_current_timestamp", "getdate",
        "getutcdate", "localtime", "localtimestamp", "now", "now64", "nowinblock", "statement_timestamp", "sysdate",
        "systimestamp", "timeofday", "today", "transaction_timestamp", "utc_date", "utc_time", "utc_timestamp",
        "utctimestamp", "yesterday",
    }
)  # fmt: skip
CLOCKS_BY_COUNT = {"age": 1, "unix_timestamp": 0, "to_unix_timestamp": 0}
"""Functions that read the clock where they are given so few arguments: ``age(ts)``."""
CLOCK_TEXTS = frozenset({"now", "today", "tomorrow", "yesterday"})
"""Texts that become the present when they are cast to a time."""

SEQUENCES: tuple[type[exp.Expr], ...] = (exp.Seq1, exp.Seq2, exp.Seq4, exp.Seq8)
"""Snowflake's numbers of rows as they are made; there may be gaps."""
CHANCE_NODES: tuple[type[exp.Expr], ...] = (
    exp.Normal, exp.Rand, exp.Randn, exp.Randstr, exp.Seq1, exp.Seq2, exp.Seq4, exp.Seq8, exp.Uniform, exp.Uuid, exp.Zipf,
)  # fmt: skip
CHANCE_NAMES = frozenset(
    {
        "gen_random_uuid", "generate_uuid", "generateuuidv4", "generateuuidv7", "monotonically_increasing_id", "neighbor",
        "nextval", "newid", "rand", "rand32", "rand64", "randcanonical", "randn", "randnormal", "random", "randomprintableascii",
        "randomstring", "randuniform", "randconstant", "rownumberinallblocks", "rownumberinblock", "runningaccumulate",
        "runningdifference", "setseed", "shuffle", "spark_partition_id", "uniform", "uuid", "uuid_generate_v1",
        "uuid_generate_v4", "uuid_string", "uuidv4", "uuidv7", "blocknumber", "input_file_name", "currval", "lastval",
        "txid_current", "pg_backend_pid", "getrandom",
    }
)  # fmt: skip

UNORDERED_NODES: tuple[type[exp.Expr], ...] = (exp.ArrayAgg, exp.GroupConcat, exp.AnyValue, exp.First, exp.Last)
"""Aggregates whose result follows the order in which rows are stored, unless they are ordered."""
UNORDERED_NAMES = frozenset(
    {
        "any", "anylast", "arbitrary", "array_agg", "array_concat_agg", "collect_list", "first", "group_concat", "grouparray",
        "last", "list", "listagg", "string_agg",
    }
)  # fmt: skip

AGGREGATE_NAMES = frozenset(
    {
        "any", "any_value", "anyheavy", "anylast", "approx_count_distinct", "approx_percentile", "approx_quantile",
        "approx_quantiles", "approx_top_count", "approx_top_k", "approximate_jaccard_index", "approximate_similarity",
        "arbitrary", "arg_max", "arg_max_null", "arg_max_nulls_last", "arg_min", "arg_min_null", "arg_min_nulls_last",
        "argmax", "argmin", "array_agg", "array_concat_agg", "array_unique_agg", "avg", "avgif", "avgweighted",
        "bit_and", "bit_or", "bit_xor", "bitand_agg", "bitor_agg", "bitstring_agg", "bitxor_agg", "bool_and", "bool_or",
        "booland_agg", "boolor_agg", "boolxor_agg", "boundingratio", "collect_list", "collect_set", "corr", "count",
        "count_if", "count_min_sketch", "count_star", "countif", "covar_pop", "covar_samp", "deltasum",
        "deltasumtimestamp", "entropy", "every", "exponentialmovingaverage", "exponentialtimedecayedavg", "favg",
        "first", "fsum", "geomean", "group_concat", "grouparray", "grouparraysorted", "groupbitand", "groupbitor",
        "groupbitxor", "groupuniqarray", "histogram", "histogram_exact", "histogram_numeric", "hll", "json_agg",
        "json_group_array", "json_group_object", "json_group_structure", "json_object_agg", "jsonb_agg",
        "jsonb_object_agg", "kahan_sum", "kurtosis", "kurtosis_pop", "kurtosispop", "kurtpop", "last", "list",
        "listagg", "logical_and", "logical_or", "lttb", "mad", "max", "max_by", "maxif", "maxmap", "mean", "median",
        "min", "min_by", "minhash", "minif", "minmap", "mode", "object_agg", "percentile", "percentile_approx",
        "product", "quantile", "quantile_cont", "quantile_disc", "quantiledeterministic", "quantileexact",
        "quantileexactweighted", "quantiles", "quantiletdigest", "range_agg", "range_intersect_agg", "regr_avgx",
        "regr_avgy", "regr_count", "regr_intercept", "regr_r2", "regr_slope", "regr_sxx", "regr_sxy", "regr_syy",
        "reservoir_quantile", "retention", "sem", "sequencecount", "sequencematch", "simplelinearregression", "skew",
        "skewness", "skewpop", "some", "stddev", "stddev_pop", "stddev_samp", "stddevpop", "stddevsamp", "string_agg",
        "sum", "sum_no_overflow", "sumif", "sumkahan", "summap", "topk", "try_avg", "try_sum", "uniq", "uniqcombined",
        "uniqcombined64", "uniqexact", "uniqexactif", "uniqhll12", "uniqif", "uniqthetasketch", "var_pop", "var_samp",
        "variance", "varpop", "varsamp", "weighted_avg", "windowfunnel", "xmlagg",
    }
)  # fmt: skip
"""Aggregates, also those without a node class of sqlglot's own."""

PURE_NAMES = frozenset(
    {
        "abs", "accuratecast", "acos", "add", "add_months", "adddays", "addhours", "addinterval", "addmicroseconds",
        "addmilliseconds", "addminutes", "addmonths", "addquarters", "addseconds", "addweeks", "addyears", "age",
        "aggregate", "alphatokens", "and", "any_match", "argmaxif", "argminif", "array_append", "array_cat",
        "array_compact", "array_contains", "array_cosine_distance", "array_cosine_similarity", "array_cross_product",
        "array_distance", "array_distinct", "array_dot_product", "array_except", "array_extract", "array_first",
        "array_flatten", "array_generate_range", "array_has", "array_has_all", "array_has_any", "array_indexof",
        "array_inner_product", "array_insert", "array_intersect", "array_join", "array_last", "array_length",
        "array_max", "array_min", "array_negative_dot_product", "array_negative_inner_product", "array_position",
        "array_prepend", "array_remove", "array_repeat", "array_resize", "array_reverse", "array_size", "array_slice",
        "array_sort", "array_to_json", "array_to_string", "array_union", "array_unique", "array_value", "array_where",
        "array_zip", "arrayall", "arrayauc", "arrayavg", "arraycompact", "arrayconcat", "arraycount", "arraycumsum",
        "arraydifference", "arraydistinct", "arrayelement", "arrayenumerate", "arrayenumeratedense",
        "arrayenumerateuniq", "arrayexists", "arrayfilter", "arrayfirst", "arrayfirstindex", "arrayflatten",
        "arrayfold", "arrayintersect", "arrayjoin", "arraylast", "arraylastindex", "arraymap", "arraymax", "arraymin",
        "arraypartialsort", "arraypopback", "arraypopfront", "arrayproduct", "arraypushback", "arraypushfront",
        "arrayreduce", "arrayresize", "arrayreverse", "arrayreversesort", "arrays_overlap", "arrays_zip", "arrayslice",
        "arraysort", "arraystringconcat", "arraysum", "arrayuniq", "arrayzip", "as_array", "as_date", "as_double",
        "as_integer", "as_number", "as_object", "as_timestamp_ntz", "as_varchar", "ascii", "asin", "assumenotnull",
        "atan", "atan2", "bar", "base58encode", "base64", "base64decode", "base64encode", "bin", "bit_count", "bit_get",
        "bit_length", "bit_position", "bitand", "bitnot", "bitor", "bitshiftleft", "bitshiftright", "bitstring",
        "bitwise_and", "bitxor", "bround", "btrim", "byte_length", "cardinality", "cbrt", "ceil", "ceiling", "century",
        "char", "char_length", "charindex", "check_json", "chr", "cityhash64", "coalesce", "code_points_to_string",
        "concat", "concat_ws", "conditional_change_event", "conditional_true_event", "constant_or_null", "contains",
        "conv", "convert_from", "convert_to", "cos", "cosh", "cosinedistance", "cot", "crc32", "cutfragment",
        "cutquerystring", "damerau_levenshtein", "date", "date_add", "date_bucket", "date_diff", "date_floor",
        "date_format", "date_from_unix_date", "date_part", "date_sub", "date_trunc", "dateadd", "dateandname",
        "datebin", "datediff", "datename", "datepart", "daterange", "datesub", "datetime_add", "datetime_bucket",
        "datetime_diff", "datetime_sub", "datetrunc", "dayname", "dayofweek", "decade", "decode", "degrees", "div",
        "div0", "div0null", "divide", "domain", "domainwithoutwww", "dotproduct", "edit_distance", "editdist3",
        "editdistance", "element_at", "elt", "empty", "emptyarraystring", "encode", "endswith", "enum_code",
        "enum_first", "enum_last", "enum_range", "enum_range_boundary", "epoch", "epoch_ms", "epoch_ns", "epoch_us",
        "equal_null", "equals", "equi_width_bins", "era", "erf", "even", "exists", "exp", "explode", "explode_outer",
        "expm1", "extract", "extractall", "extractgroups", "extracturlparameter", "factorial", "farm_fingerprint",
        "field", "filter", "find_in_set", "first_value", "flatten", "floor", "fmod", "fnv_hash", "forall", "format",
        "format_bytes", "format_type", "formatdatetime", "formatdatetimeinjodasyntax", "formatreadabledecimalsize",
        "formatreadablesize", "formatrow", "from_base64", "from_binary", "from_csv", "from_json", "from_json_strict",
        "from_unixtime", "fromunixtimestamp", "fromunixtimestamp64micro", "fromunixtimestamp64milli",
        "fromunixtimestamp64nano", "gamma", "gcd", "generate_array", "generate_date_array", "generate_series",
        "generate_subscripts", "generate_timestamp_array", "generator", "geodistance", "geohash", "geohashencode",
        "get", "get_bit", "get_ignore_case", "get_json_object", "get_path", "greater", "greaterorequals", "greatest",
        "greatest_common_divisor", "h3_latlng_to_cell", "halfmd5", "hamming", "has", "hasall", "hasany", "hash",
        "hash_bytes", "hassubstr", "haversine", "hex", "hll_count.extract", "hop", "hopend", "hopstart", "hour",
        "hypot", "ieee_divide", "iff", "ifnull", "indexof", "initcap", "inline", "inline_outer", "insert", "instr",
        "int4range", "int8range", "intdiv", "intdivorzero", "intexp10", "intexp2", "ipv4numtostring", "ipv4stringtonum",
        "is_histogram_other_bin", "is_inf", "is_nan", "is_null_value", "isdistinctfrom", "isempty", "isfinite", "isinf",
        "isnan", "isnotnull", "isnull", "isodow", "isoyear", "jaccard", "jaro_similarity", "jaro_winkler_similarity",
        "jarowinkler_similarity", "json_array", "json_array_elements", "json_array_elements_text", "json_array_length",
        "json_build_array", "json_build_object", "json_contains", "json_each", "json_each_text", "json_exists",
        "json_extract", "json_extract_array", "json_extract_path", "json_extract_path_text", "json_extract_scalar",
        "json_extract_string", "json_keys", "json_merge_patch", "json_object", "json_object_keys",
        "json_populate_recordset", "json_pretty", "json_query", "json_quote", "json_strip_nulls", "json_structure",
        "json_to_record", "json_to_recordset", "json_transform", "json_transform_strict", "json_tree", "json_tuple",
        "json_type", "json_typeof", "json_valid", "json_value", "jsonb_array_elements", "jsonb_array_elements_text",
        "jsonb_array_length", "jsonb_build_array", "jsonb_build_object", "jsonb_each", "jsonb_each_text",
        "jsonb_extract_path", "jsonb_extract_path_text", "jsonb_object_keys", "jsonb_path_exists", "jsonb_path_query",
        "jsonb_path_query_first", "jsonb_populate_recordset", "jsonb_set", "jsonb_strip_nulls", "jsonb_to_record",
        "jsonb_to_recordset", "jsonb_typeof", "jsonextract", "jsonextractarrayraw", "jsonextractbool",
        "jsonextractfloat", "jsonextractint", "jsonextractkeys", "jsonextractraw", "jsonextractstring", "jsonhas",
        "jsonlength", "jsontype", "julian", "justify_interval", "l2distance", "l2norm", "lag", "lagginframe",
        "laginframe", "last_day", "last_value", "lcm", "lead", "leadinframe", "least", "least_common_multiple", "left",
        "left_grapheme", "leftpad", "length", "length_grapheme", "lengthutf8", "less", "lessorequals", "levenshtein",
        "lgamma", "like", "list_aggr", "list_aggregate", "list_any_value", "list_append", "list_apply", "list_avg",
        "list_cat", "list_concat", "list_contains", "list_cosine_distance", "list_cosine_similarity", "list_count",
        "list_distance", "list_distinct", "list_dot_product", "list_element", "list_extract", "list_filter",
        "list_first", "list_grade_up", "list_has", "list_has_all", "list_has_any", "list_indexof", "list_inner_product",
        "list_intersect", "list_last", "list_max", "list_median", "list_min", "list_mode", "list_negative_dot_product",
        "list_negative_inner_product", "list_pack", "list_position", "list_prepend", "list_product", "list_reduce",
        "list_resize", "list_reverse", "list_reverse_sort", "list_select", "list_slice", "list_sort", "list_stddev_pop",
        "list_string_agg", "list_sum", "list_transform", "list_unique", "list_value", "list_var_pop", "list_where",
        "list_zip", "ln", "log", "log10", "log1p", "log2", "lower", "lower_grapheme", "lower_inf", "lowerutf8", "lpad",
        "ltrim", "luhn_check", "make_date", "make_dt_interval", "make_interval", "make_timestamp", "make_timestamp_ltz",
        "make_timestamp_ms", "make_timestamp_ns", "make_timestamp_ntz", "make_timestamptz", "make_ym_interval",
        "makedate", "makedatetime", "makedatetime64", "map", "map_concat", "map_contains", "map_contains_key",
        "map_entries", "map_extract", "map_extract_value", "map_filter", "map_from_entries", "map_keys", "map_values",
        "map_zip_with", "mapcontains", "mapkeys", "mapvalues", "mask", "match", "materialize", "md5", "md5_hex",
        "md5_number", "microsecond", "millennium", "millisecond", "minus", "minute", "mismatches", "mod", "modulo",
        "moduloorzero", "month", "monthname", "months_between", "multiif", "multimatchany", "multiply",
        "multisearchany", "murmurhash3_64", "named_struct", "nanosecond", "nanvl", "negate", "negative", "net.host",
        "net.public_suffix", "net.reg_domain", "next_day", "nextafter", "nfc_normalize", "ngrams", "normalize",
        "normalize_and_casefold", "normalized_interval", "not", "notempty", "notequals", "nth_value", "nullif",
        "nullifzero", "numbers", "numbers_mt", "numrange", "nvl", "nvl2", "object_construct", "object_delete",
        "object_insert", "object_keys", "object_pick", "octet_length", "or", "ord", "overlay", "parse_date",
        "parse_dirname", "parse_dirpath", "parse_filename", "parse_json", "parse_path", "parse_url", "parse_xml",
        "parsedatetime", "parsedatetime64besteffort", "parsedatetimebesteffort", "parsedatetimebesteffortornull",
        "path", "path_join", "pi", "plus", "pmod", "posexplode", "posexplode_outer", "position",
        "positioncaseinsensitive", "positionutf8", "positive", "pow", "power", "prefix", "printf", "protocol",
        "quarter", "quote_ident", "quote_literal", "radians", "range", "range_bucket", "ratio_to_report", "reduce",
        "regexp_count", "regexp_escape", "regexp_extract", "regexp_extract_all", "regexp_full_match", "regexp_instr",
        "regexp_like", "regexp_match", "regexp_matches", "regexp_replace", "regexp_split_to_array",
        "regexp_split_to_table", "regexp_substr", "regr_valx", "regr_valy", "reinterpretasint64", "repeat", "replace",
        "replaceall", "replaceone", "replaceregexpall", "replaceregexpone", "reverse", "right", "right_grapheme",
        "rightpad", "rint", "round", "round_even", "roundage", "roundbankers", "rounddown", "roundduration",
        "roundtoexp2", "row", "row_to_json", "rpad", "rtrim", "rtrimmed_length", "safe_add", "safe_divide",
        "safe_multiply", "safe_negate", "safe_subtract", "schema_of_json", "second", "sequence", "session_window",
        "set_bit", "sha", "sha1", "sha2", "sha256", "sha2_hex", "shiftleft", "shiftright", "shiftrightunsigned", "sign",
        "signbit", "signum", "simplejsonextractint", "simplejsonextractstring", "simplejsonhas", "sin", "sinh",
        "siphash64", "sort_array", "soundex", "space", "split", "split_part", "split_to_table", "splitbychar",
        "splitbynonalpha", "splitbyregexp", "splitbystring", "splitbywhitespace", "sqrt", "st_area", "st_asbinary",
        "st_asgeojson", "st_astext", "st_aswkb", "st_aswkt", "st_contains", "st_distance", "st_distance_sphere",
        "st_dwithin", "st_geogfromtext", "st_geogpoint", "st_geohash", "st_geomfromgeojson", "st_geomfromwkb",
        "st_length", "st_makepoint", "st_point", "st_within", "st_x", "st_y", "stack", "starts_with", "startswith",
        "str_to_map", "strftime", "string_split", "string_to_array", "string_to_table", "strip_accents",
        "strip_null_value", "strlen", "strpos", "strptime", "strtok", "strtok_split_to_table", "strtok_to_array",
        "struct", "struct_concat", "struct_contains", "struct_extract", "struct_extract_at", "struct_has",
        "struct_indexof", "struct_insert", "struct_keys", "struct_pack", "struct_position", "struct_update",
        "struct_values", "substr", "substring", "substring_grapheme", "substringutf8", "subtract", "subtractdays",
        "subtracthours", "subtractinterval", "subtractmicroseconds", "subtractmilliseconds", "subtractminutes",
        "subtractmonths", "subtractquarters", "subtractseconds", "subtractweeks", "subtractyears", "suffix",
        "sumwithoverflow", "switch", "tan", "tanh", "time_add", "time_bucket", "time_sub", "timediff", "timeslot",
        "timestamp", "timestamp_add", "timestamp_bucket", "timestamp_diff", "timestamp_micros", "timestamp_millis",
        "timestamp_seconds", "timestamp_sub", "timezone", "timezone_hour", "timezone_minute", "to_array", "to_base",
        "to_base64", "to_bin", "to_binary", "to_boolean", "to_centuries", "to_char", "to_code_points", "to_csv",
        "to_date", "to_days", "to_decades", "to_decimal", "to_double", "to_hex", "to_hours", "to_json",
        "to_json_string", "to_jsonb", "to_microseconds", "to_millennia", "to_milliseconds", "to_minutes", "to_months",
        "to_number", "to_object", "to_quarters", "to_seconds", "to_time", "to_timestamp", "to_timestamp_ltz",
        "to_timestamp_ntz", "to_timestamp_tz", "to_unix_timestamp", "to_varchar", "to_variant", "to_weeks", "to_years",
        "todate", "todate32", "todate32ornull", "todateornull", "todatetime", "todatetime64", "todatetime64ornull",
        "todatetime64orzero", "todatetimeornull", "todayofmonth", "todayofweek", "todayofyear", "todecimal32",
        "todecimal64", "tofloat32", "tofloat64", "tofloat64ornull", "tofloat64orzero", "tohour", "toint16", "toint32",
        "toint64", "toint64ornull", "toint8", "tointervalday", "tointervalhour", "tointervalmicrosecond",
        "tointervalmillisecond", "tointervalminute", "tointervalmonth", "tointervalquarter", "tointervalsecond",
        "tointervalweek", "tointervalyear", "toisoweek", "toisoyear", "tokens", "tolastdayofmonth", "tolastdayofweek",
        "tominute", "tomonday", "tomonth", "tonullable", "topleveldomain", "toquarter", "torelativedaynum",
        "torelativehournum", "torelativeminutenum", "torelativemonthnum", "torelativesecondnum", "torelativeweeknum",
        "torelativeyearnum", "tosecond", "tostartofday", "tostartoffifteenminutes", "tostartoffiveminute",
        "tostartoffiveminutes", "tostartofhour", "tostartofinterval", "tostartofisoyear", "tostartofmicrosecond",
        "tostartofmillisecond", "tostartofminute", "tostartofmonth", "tostartofquarter", "tostartofsecond",
        "tostartoftenminutes", "tostartofweek", "tostartofyear", "tostring", "tostringcutofzero", "totimezone",
        "touint16", "touint32", "touint64", "touint8", "tounixtimestamp", "tounixtimestamp64micro",
        "tounixtimestamp64milli", "tounixtimestamp64nano", "tounixtimestamp64second", "touuid", "toweek", "toyear",
        "toyyyymm", "toyyyymmdd", "toyyyymmddhhmmss", "transform", "transform_keys", "transform_values", "translate",
        "trim", "trimboth", "trimleft", "trimright", "trunc", "truncate", "try_add", "try_cast", "try_divide",
        "try_element_at", "try_multiply", "try_parse_json", "try_strptime", "try_subtract", "try_to_boolean",
        "try_to_date", "try_to_decimal", "try_to_double", "try_to_number", "try_to_timestamp", "try_to_timestamp_ntz",
        "try_to_timestamp_tz", "tsrange", "tstzrange", "tumble", "tumbleend", "tumblestart", "tuple", "tupleconcat",
        "tupleelement", "tuplehammingdistance", "tupletonamevaluepairs", "typeof", "unbin", "unhex", "union_extract",
        "union_tag", "union_value", "unistr", "unix_date", "unix_micros", "unix_millis", "unix_seconds",
        "unix_timestamp", "unnest", "untuple", "upper", "upper_inf", "upperutf8", "url_decode", "url_encode", "urlhash",
        "uuid_extract_timestamp", "visitparamextractint", "visitparamextractstring", "weekday", "weekofyear",
        "width_bucket", "window", "window_time", "windowid", "xmlget", "xor", "xxh3", "xxh64", "xxhash64", "year",
        "yearweek", "zeroifnull", "zeros", "zeros_mt", "zip_with",
    }
)  # fmt: skip
"""Functions without a node class of sqlglot's own that depend on nothing but their arguments."""

SUFFIXES = ("ornull", "ordefault", "orzero", "merge", "state", "distinct", "if", "array")
"""ClickHouse's combinators."""


def is_pure(name: str) -> bool:
    """Whether a function of that lower-case name depends on nothing but its arguments."""
    if name in PURE_NAMES or name in AGGREGATE_NAMES:
        return True
    return any(name.endswith(suffix) and is_pure(name[: -len(suffix)]) for suffix in SUFFIXES)
