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
CLOCK_TEXTS = frozenset({"now", "today", "tomorrow", "yesterday"})
"""Texts that become the present when they are cast to a time."""

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

PURE_NAMES = frozenset(
    {
        "abs", "accuratecast", "adddays", "addhours", "addminutes", "addmonths", "addquarters", "addseconds", "addweeks",
        "addyears", "age", "any_match", "any_value", "approx_count_distinct", "approx_quantile", "arg_max", "arg_min",
        "argmax", "argmin", "array_length", "array_position", "array_to_string", "arrayelement", "arraysum", "ascii",
        "assumenotnull", "avg", "bit_count", "bitand", "ceil", "char_length", "cityhash64", "coalesce", "concat", "concat_ws",
        "contains", "corr", "cos", "cot", "count", "countif", "crc32", "date_bucket", "date_floor", "date_part", "date_sub",
        "datediff", "datename", "datepart", "datesub", "datetime_bucket", "dayname", "dateadd", "degrees", "divide",
        "editdist3", "element_at", "empty", "encode", "endswith", "epoch", "epoch_ms", "epoch_ns", "epoch_us", "equals",
        "erf", "even", "exp", "extractall", "factorial", "farm_fingerprint", "fnv_hash", "format", "formatdatetime",
        "formatreadablesize", "fromunixtimestamp", "fromunixtimestamp64micro", "fromunixtimestamp64milli", "gamma", "gcd",
        "geodistance", "geomean", "grouparray", "groupuniqarray", "halfmd5", "hash", "haversine", "histogram", "hour",
        "ifnull", "initcap", "instr", "isdistinctfrom", "isfinite", "isinf", "isnan", "isnotnull", "isnull", "jaccard",
        "jaro_similarity", "jaro_winkler_similarity", "json_extract_path", "json_extract_path_text", "jsonextract",
        "jsonextractfloat", "jsonextractint", "jsonextractstring", "julian", "kurtosis", "lag", "lagginframe", "laginframe",
        "lcm", "lead", "leadinframe", "least", "length", "lengthutf8", "levenshtein", "lgamma", "like", "list_contains",
        "list_distinct", "list_sum", "list_value", "ln", "log", "log10", "log1p", "log2", "lower", "lpad", "ltrim", "mad",
        "make_date", "make_dt_interval", "make_interval", "make_timestamp", "make_timestamp_ms", "make_timestamp_ns",
        "make_timestamp_ntz", "make_timestamptz", "makedate", "makedatetime", "makedatetime64", "map", "materialize", "md5",
        "md5_number", "median", "minus", "minute", "mod", "modulo", "month", "multiif", "multiply", "murmurhash3_64",
        "negate", "nullif", "nvl", "parse_date", "parsedatetime64besteffort", "parsedatetimebesteffort",
        "parsedatetimebesteffortornull", "percentile", "percentile_approx", "pi", "plus", "pmod", "position", "pow", "power",
        "quantile", "quantileexact", "quantiles", "quarter", "radians", "regexp_extract", "regexp_matches", "regexp_replace",
        "regr_slope", "repeat", "replace", "replaceall", "reverse", "right", "round", "row", "rpad", "rtrim", "second",
        "session_window", "sha1", "sha256", "sign", "signum", "sin", "siphash64", "skewness", "soundex", "split", "split_part",
        "splitbychar", "sqrt", "starts_with", "startswith", "stddev", "strftime", "string_split", "strip_accents", "strpos",
        "strptime", "struct_extract", "struct_pack", "substr", "substring", "subtractdays", "subtracthours",
        "subtractminutes", "subtractmonths", "subtractquarters", "subtractseconds", "subtractweeks", "subtractyears", "sum",
        "sumif", "tan", "time_bucket", "timediff", "timeslot", "timestamp_bucket", "timestamp_micros", "timestamp_millis",
        "timestamp_seconds", "timezone", "to_base64", "to_char", "to_days", "to_hours", "to_microseconds", "to_milliseconds",
        "to_minutes", "to_months", "to_number", "to_seconds", "to_timestamp", "to_timestamp_ltz", "to_timestamp_ntz",
        "to_timestamp_tz", "to_weeks", "to_years", "todate", "todate32", "todateornull", "todatetime", "todatetime64",
        "todatetime64ornull", "todatetimeornull", "todayofmonth", "todayofweek", "todayofyear", "todecimal32", "todecimal64",
        "tofloat32", "tofloat64", "tofloat64ornull", "tohour", "toint16", "toint32", "toint64", "toint64ornull", "toint8",
        "tointervalday", "tointervalhour", "tointervalminute", "tointervalmonth", "tointervalquarter", "tointervalsecond",
        "tointervalweek", "tointervalyear", "toisoweek", "toisoyear", "tolastdayofmonth", "tominute", "tomonday", "tomonth",
        "tonullable", "toquarter", "torelativedaynum", "torelativehournum", "tosecond", "tostartofday",
        "tostartoffifteenminutes", "tostartoffiveminute", "tostartoffiveminutes", "tostartofhour", "tostartofinterval",
        "tostartofisoyear", "tostartofminute", "tostartofmonth", "tostartofquarter", "tostartofsecond",
        "tostartoftenminutes", "tostartofweek", "tostartofyear", "tostring", "totimezone", "touint16", "touint32", "touint64",
        "touint8", "tounixtimestamp", "toweek", "toyear", "toyyyymm", "toyyyymmdd", "toyyyymmddhhmmss", "translate", "trim",
        "trunc", "try_strptime", "try_to_date", "try_to_timestamp", "try_to_timestamp_ntz", "try_to_timestamp_tz", "tuple",
        "tupleelement", "tumbleend", "tumblestart", "typeof", "uniq", "uniqcombined", "uniqexact", "unix_micros",
        "unix_millis", "unix_seconds", "upper", "var_pop", "weekofyear", "width_bucket", "window", "window_time", "xor",
        "xxh64", "xxhash64", "xxh3", "year", "yearweek", "zeroifnull", "json_extract", "json_extract_string", "json_value",
        "json_array_length", "list_filter", "list_transform", "array_contains", "has", "hasany", "indexof", "arraymap",
        "arrayfilter", "arrayjoin", "range", "sequence", "generate_series", "unnest", "explode", "posexplode", "flatten",
        "tsrange", "tstzrange", "daterange", "int4range", "int8range", "numrange", "lower_inf", "upper_inf", "isempty",
        "date_diff", "date_add", "date_trunc", "justify_interval", "extract", "monthname", "dayofweek", "isodow", "century",
        "date", "timestamp", "bar", "bin", "hex", "unhex", "base64", "from_base64", "url_encode", "url_decode", "parse_url",
        "domain", "domainwithoutwww", "path", "protocol", "topleveldomain", "ipv4stringtonum", "ipv4numtostring",
        "st_point", "st_distance", "st_distance_sphere", "st_dwithin", "st_contains", "st_within", "st_geogpoint",
        "h3_latlng_to_cell", "geohashencode", "geohash", "safe_divide", "ieee_divide", "div", "div0", "div0null", "nvl2",
        "decode", "iff", "regexp_like", "regexp_substr", "regexp_count", "to_varchar", "to_decimal", "to_double",
        "try_to_number", "try_to_decimal", "try_to_double", "array_size", "object_construct", "parse_json", "get",
        "get_path", "as_varchar", "last_day", "next_day", "add_months", "months_between", "ratio_to_report", "conditional_true_event",
        "conditional_change_event", "bitwise_and", "bit_and", "bit_or", "bit_xor", "bool_and", "bool_or", "every", "some",
        "stddev_pop", "stddev_samp", "var_samp", "variance", "covar_pop", "covar_samp", "regr_intercept", "regr_r2", "entropy",
        "sum_no_overflow", "fsum", "kahan_sum", "favg", "product", "count_if", "max_by", "min_by", "argminif", "argmaxif",
        "stddevpop", "stddevsamp", "varpop", "varsamp", "exponentialmovingaverage", "exponentialtimedecayedavg", "topk",
        "simplelinearregression", "skewpop", "kurtpop", "boundingratio", "deltasum", "deltasumtimestamp", "sumwithoverflow",
        "sumkahan", "minmap", "maxmap", "summap", "avgweighted", "uniqhll12", "uniqcombined64", "uniqthetasketch",
        "first_value", "last_value", "nth_value", "collect_set", "approx_percentile", "max", "min", "greatest",
    }
)  # fmt: skip
"""Functions without a node class of sqlglot's own that depend on nothing but their arguments."""

SUFFIXES = ("ornull", "ordefault", "orzero", "merge", "state", "distinct", "if", "array")
"""ClickHouse's combinators."""


def is_pure(name: str) -> bool:
    """Whether a function of that lower-case name depends on nothing but its arguments."""
    if name in PURE_NAMES:
        return True
    return any(name.endswith(suffix) and is_pure(name[: -len(suffix)]) for suffix in SUFFIXES)
