"""What a Feast repository declares that has no place in a project: why, and what to write instead."""

_BY_PYTHON = "its values are computed by Python, and featurec computes by SQL"

_ON_DEMAND = (_BY_PYTHON, "write it as SQL: features/NAME.sql with `inputs:`")
_ROWS = (_BY_PYTHON, "write its rows as SQL over their source: features/NAME.sql")

UNCONVERTED = {
    "OnDemandFeatureView": _ON_DEMAND,
    "on_demand_feature_view": _ON_DEMAND,
    "stream_feature_view": _ROWS,
    "batch_feature_view": _ROWS,
    "LabelView": (
        "labels come with the spine of a training set",
        "declare its file in sources.yml with `labels: true`, and select it in spines/NAME.sql",
    ),
}
"""Kind of call -> cause and fix, in which NAME stands for what is declared."""
