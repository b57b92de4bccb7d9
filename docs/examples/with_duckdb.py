"""Claimbook in DuckDB: python with_duckdb.py [ADDRESS]. Needs `pip install duckdb`; DuckDB then fetches its extension httpfs."""

import sys

import duckdb

address = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
duck = duckdb.connect()

# Which figures of Chongqing are bounds and not numbers? A floor such as "more than 14,000" has a lower bound and no upper one.
print(
    duck.sql(f"""
        SELECT comparator, count(*) AS figures, count(upper) AS with_upper_bound
        FROM read_csv('{address}/v1/statements.csv?within=chongqing&has_quantity=true')
        GROUP BY comparator
        ORDER BY figures DESC, comparator
    """)
)

# The tables of the data package join by their keys.
print(
    duck.sql(f"""
        SELECT r.name AS region, count(*) AS statements
        FROM read_csv('{address}/v1/exports/statement-regions.csv') AS s
        JOIN read_csv('{address}/v1/exports/regions.csv', all_varchar = true) AS r ON r.code = s.region
        GROUP BY r.name
        ORDER BY statements DESC, region
        LIMIT 5
    """)
)
