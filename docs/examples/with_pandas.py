"""Claimbook in pandas: python with_pandas.py [ADDRESS]. Needs `pip install pandas`."""

import sys

import pandas as pd

address = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"

# What is promised, planned or expected, and when? The bounds are what the words allow.
aims = pd.read_csv(f"{address}/v1/statements.csv?kind=target,planned,forecast&has_quantity=true", parse_dates=["published_on"])
print(aims.groupby(["kind", "period"]).size().rename("figures").sort_index().tail(8).to_string())

# One value for each cell; where documents contradict each other, the policy decides, and says so.
observed = pd.read_csv(f"{address}/v1/observations.csv?indicator=rail-travel-time&policy=latest_published")
print(observed[["region_names", "period", "value", "unit", "status", "outliers"]].to_string(index=False))
