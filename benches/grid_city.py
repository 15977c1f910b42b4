"""Writes a city of squares for measuring cards and themes: grids in communities in one street, buildings with
households, first-aid stations and parks, and a sheet of cases. Usage: python3 benches/grid_city.py FOLDER [GRIDS] [CASES]

The numbers are drawn with a fixed seed, so two runs write the same city.
"""

import json
import random
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

SIDE = 0.002  # degrees, about 200 m
BUILDINGS = 20  # in each grid
WEST, SOUTH = 116.9, 39.0
KINDS = ["corridor_clutter", "flying_wire_charging", "street_encroachment", "blocked_route", "damaged_facility"]


def square(west, south, side):
    east, north = west + side, south + side
    return {"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}


def write(folder, name, features):
    with open(folder / f"{name}.geojson", "w", encoding="utf-8") as file:
        file.write('{"type":"FeatureCollection","features":[\n')
        file.write(",\n".join(json.dumps(f, ensure_ascii=False) for f in features))
        file.write("\n]}\n")


def feature(name, geometry, properties):
    return {"type": "Feature", "id": name, "geometry": geometry, "properties": properties}


def main(folder, grids, cases):
    draw = random.Random(1)
    folder.mkdir(parents=True, exist_ok=True)
    across = max(1, round(grids**0.5))
    areas = [feature("street", square(WEST, SOUTH, SIDE * across), {"kind": "street", "name": "街道", "code": "120113999"})]
    buildings, stations, parks, centres = [], [], [], []
    for n in range(grids):
        west, south = WEST + SIDE * (n % across), SOUTH + SIDE * (n // across)
        community = f"c{n // 100}"
        if n % 100 == 0:
            areas.append(feature(community, square(west, south, SIDE), {"kind": "community", "name": f"第{n // 100}社区", "parent": "street"}))
        areas.append(feature(f"g{n}", square(west, south, SIDE), {"kind": "grid", "name": f"第{n}网格", "parent": community}))
        centres.append((west + SIDE / 2, south + SIDE / 2))
        for k in range(BUILDINGS):
            at = square(west + SIDE * (0.05 + 0.18 * (k % 5)), south + SIDE * (0.05 + 0.23 * (k // 5)), SIDE * 0.1)
            old = draw.random() < 0.4
            buildings.append(feature(f"b{n}-{k}", at, {"kind": "residential", "grid": f"g{n}", "households": draw.randint(12, 96),
                "units": draw.randint(1, 6), "elevator": not old, "housing": "old_estate" if old else "commodity"}))
        place = {"type": "Point", "coordinates": [west + SIDE / 2, south + SIDE / 2]}
        if n % 20 == 0:
            stations.append(feature(f"s{n}", place, {"name": f"急救站{n}", "aed": n % 40 == 0, "grid": f"g{n}"}))
        if n % 25 == 0:
            parks.append(feature(f"p{n}", square(west, south, SIDE * 0.1), {"name": f"口袋公园{n}", "area_m2": 400, "grid": f"g{n}"}))
    write(folder, "grids", areas)
    write(folder, "buildings", buildings)
    write(folder, "first_aid_stations", stations)
    write(folder, "pocket_parks", parks)
    unit = {"name": "处置队", "kind": "department", "competences": KINDS}
    write(folder, "units", [feature("unit", {"type": "Point", "coordinates": [WEST, SOUTH]}, unit)])
    now = datetime.now(timezone.utc)
    with open(folder / "cases.csv", "w", encoding="utf-8") as file:
        file.write("Category,Reported at,Longitude,Latitude,Unit,Closed,Rating\n")
        for _ in range(cases):
            lon, lat = draw.choice(centres)
            reported = now - timedelta(minutes=draw.randint(24 * 60, 60 * 24 * 60))
            closed = reported + timedelta(minutes=draw.randint(60, 72 * 60))
            # What would have been closed in the future is open, and a tenth of the others too.
            is_closed = closed < now and draw.random() < 0.9
            end = f"{closed:%Y-%m-%d %H:%M},{draw.randint(1, 5)}" if is_closed else ","
            file.write(f"{draw.choice(KINDS)},{reported:%Y-%m-%d %H:%M},{lon:.6f},{lat:.6f},处置队,{end}\n")


if __name__ == "__main__":
    words = sys.argv[1:]
    main(Path(words[0]), int(words[1]) if len(words) > 1 else 10_000, int(words[2]) if len(words) > 2 else 20_000)
