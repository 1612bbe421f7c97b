"""The peers of the store benchmark: pandas or DuckDB on the tables of the store that benches/inventory.rs made.

Usage: python inventory_pandas.py pandas|duckdb <store> <folder for exports> <rows of the Excel file>

Each row is in memory with its natural type before a clock starts; how long that took is said apart. Prints one JSON
line a question: its name, what was run, the times of each run in milliseconds, and how many rows or groups came out.
The last line has the peak memory. Asserts nothing.
"""

import json
import sqlite3
import statistics
import sys
import time

import pyarrow as pa

KEYS = ["Region", "DBSnapshotIdentifier"]
WORD = "billing"
RUNS = 3


def say(question, how, answer, runs=RUNS):
    """Runs a question and prints its times."""
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        count = answer()
        times.append((time.perf_counter() - begun) * 1000)
    print(json.dumps({"question": question, "how": how, "ms": times, "median": statistics.median(times), "rows": count}),
          flush=True)


def peak_mb():
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) / 1000 for line in status if line.startswith("VmHWM:"))


def table(store, name):
    """A table of the store as Arrow, some rows at a time, with the types that the store declares."""
    connection = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    columns = [(column, kind) for _, column, kind, *_ in connection.execute(f"PRAGMA table_info({name})")
               if not column.startswith("_")]
    types = {"INTEGER": pa.int64(), "REAL": pa.float64(), "TEXT": pa.string()}
    schema = pa.schema([(column, types[kind]) for column, kind in columns])
    cursor = connection.execute(
        "SELECT " + ", ".join(f'"{column}"' for column, _ in columns) + f" FROM {name} ORDER BY _Row")
    batches = []
    while rows := cursor.fetchmany(50_000):
        arrays = [pa.array(values, type=field.type) for values, field in zip(zip(*rows), schema)]
        batches.append(pa.record_batch(arrays, schema=schema))
    return pa.Table.from_batches(batches, schema)


def with_pandas(store, folder, excel_rows):
    import pandas as pd

    begun = time.perf_counter()
    snapshots = table(store, "db_snapshots").to_pandas()
    instances = table(store, "db_instances").to_pandas()
    for frame in (snapshots, instances):
        for column in frame.columns:
            if column.endswith("Time") and isinstance(frame[column].dtype, pd.StringDtype):
                frame[column] = pd.to_datetime(frame[column], utc=True, format="ISO8601")
    print(json.dumps({"pandas": pd.__version__, "loaded_seconds": time.perf_counter() - begun,
                      "dtypes": {str(kind): int(count) for kind, count in snapshots.dtypes.value_counts().items()}}))

    def search(frame, word):
        found = False
        for column in frame.select_dtypes(exclude=["bool", "datetimetz"]).columns:
            values = frame[column]
            texts = values if isinstance(values.dtype, pd.StringDtype) else values.astype("string")
            found = texts.str.contains(word, case=False, regex=False, na=False) | found
        return int(found.sum())

    say("sort by one column", "sort_values('DBSnapshotArn')", lambda: len(snapshots.sort_values("DBSnapshotArn")))
    say("sort by one column, order alone", "['DBSnapshotArn'].argsort()",
        lambda: len(snapshots["DBSnapshotArn"].argsort()))
    say("sort by a time", "sort_values('SnapshotCreateTime')",
        lambda: len(snapshots.sort_values("SnapshotCreateTime")))
    say("sort by few values", "sort_values('Engine')", lambda: len(snapshots.sort_values("Engine")))
    say("sort by two columns", f"sort_values({KEYS})", lambda: len(snapshots.sort_values(KEYS)))
    say("sort by two columns, order alone", f"[{KEYS}].sort_values({KEYS}).index",
        lambda: len(snapshots[KEYS].sort_values(KEYS).index))
    say("search all columns", "str.contains(word, case=False, regex=False) of each column but truth values and times",
        lambda: search(snapshots, WORD), 1)
    say("search 20,000 instances", "the same", lambda: search(instances, "prod"))
    say("filter by a number", "flatnonzero(frame['AllocatedStorage'] >= 500)",
        lambda: len((snapshots["AllocatedStorage"] >= 500).to_numpy().nonzero()[0]))
    say("filter by a number, rows taken", "frame[frame['AllocatedStorage'] >= 500]",
        lambda: len(snapshots[snapshots["AllocatedStorage"] >= 500]))
    say("group by few values", "value_counts() of Engine", lambda: len(snapshots["Engine"].value_counts()))
    say("group by account", "value_counts() of AccountId", lambda: len(snapshots["AccountId"].value_counts()))
    say("CSV", "to_csv(index=False)", lambda: snapshots.to_csv(f"{folder}/pandas.csv", index=False) or len(snapshots), 1)
    if excel_rows:
        part = snapshots.head(excel_rows).copy()
        for column in part.select_dtypes("datetimetz").columns:
            part[column] = part[column].dt.tz_localize(None)
        say(f"Excel, {excel_rows} rows", "to_excel(engine='xlsxwriter', constant_memory)",
            lambda: part.to_excel(f"{folder}/pandas.xlsx", index=False, engine="xlsxwriter",
                                  engine_kwargs={"options": {"strings_to_urls": False, "strings_to_formulas": False}})
            or len(part), 1)


def with_duckdb(store, folder, excel_rows):
    import duckdb

    begun = time.perf_counter()
    connection = duckdb.connect()
    for name in ("db_snapshots", "db_instances"):
        source = table(store, name)
        columns = ", ".join(
            f'CAST("{column}" AS TIMESTAMPTZ) AS "{column}"'
            if column.endswith("Time") and source.schema.field(column).type == pa.string() else f'"{column}"'
            for column in source.column_names)
        connection.execute(f"CREATE TABLE {name} AS SELECT {columns} FROM source")
        del source
    print(json.dumps({"duckdb": duckdb.__version__, "loaded_seconds": time.perf_counter() - begun}))

    def run(sql):
        return lambda: connection.execute(sql).to_arrow_table().num_rows

    def search(name, word):
        columns = [column for column, kind, *_ in connection.execute(f"DESCRIBE {name}").fetchall()
                   if not kind.startswith("TIMESTAMP")]
        condition = " OR ".join(f"contains(lower(\"{column}\"::VARCHAR), '{word}')" for column in columns)
        return run(f"SELECT rowid FROM {name} WHERE {condition}")

    def ordered(keys):
        return run(f"SELECT rowid FROM db_snapshots ORDER BY {keys} NULLS LAST, rowid")

    say("sort by one column, order alone", "SELECT rowid … ORDER BY DBSnapshotArn", ordered("DBSnapshotArn"))
    say("sort by a time", "SELECT rowid … ORDER BY SnapshotCreateTime", ordered("SnapshotCreateTime"))
    say("sort by few values", "SELECT rowid … ORDER BY Engine", ordered("Engine"))
    say("sort by two columns, order alone", "SELECT rowid … ORDER BY Region, DBSnapshotIdentifier",
        ordered("Region, DBSnapshotIdentifier"))
    say("search all columns", "contains(lower(column), word) of each column but times", search("db_snapshots", WORD))
    say("search 20,000 instances", "the same", search("db_instances", "prod"))
    say("filter by a number", "SELECT rowid … WHERE AllocatedStorage >= 500",
        run("SELECT rowid FROM db_snapshots WHERE AllocatedStorage >= 500"))
    say("group by few values", "count(*) … GROUP BY Engine",
        run("SELECT Engine, count(*) FROM db_snapshots GROUP BY Engine"))
    say("group by account", "count(*) … GROUP BY AccountId",
        run("SELECT AccountId, count(*) FROM db_snapshots GROUP BY AccountId"))
    say("CSV", "COPY … TO csv", lambda: connection.execute(
        f"COPY db_snapshots TO '{folder}/duckdb.csv' (HEADER)").fetchone()[0], 1)


if __name__ == "__main__":
    peer = {"pandas": with_pandas, "duckdb": with_duckdb}[sys.argv[1]]
    peer(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    print(json.dumps({"peak_memory_mb": peak_mb()}))
