"""Writes the requests for `run.sh` as scripts for wrk: the same random pairs of places for One Map, OSRM and Valhalla.

usage: requests.py BASE FOLDER [PAIRS]
BASE is the URL of a running One Map. The places are random vertices of its walkable ways. FOLDER is where the scripts
are written. PAIRS is the number of pairs (1,000).
"""

import json
import math
import random
import sys
import urllib.request

base, folder = sys.argv[1], sys.argv[2]
wanted = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
random.seed(42)


def items(collection):
    url = f"{base}/api/collections/{collection}/items?limit=10000"
    while url:
        page = json.load(urllib.request.urlopen(url))
        yield from page["features"]
        url = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)


def is_walkable(feature):
    said = feature["properties"]
    return (
        feature["geometry"]["type"] == "LineString"
        and said.get("kind") in ("road", "lane", "cycleway", "footway", "path")
        and said.get("foot") != "no"
        and said.get("access") in (None, "yes", "permissive", "destination")
        and not said.get("layer")
    )


def metres(a, b):
    shrink = math.cos(math.radians(a[1]))
    return 111_195 * math.hypot((a[0] - b[0]) * shrink, a[1] - b[1])


places = [random.choice(f["geometry"]["coordinates"]) for f in items("routes") if is_walkable(f)]
pairs = []
while len(pairs) < wanted:
    a, b = random.choice(places), random.choice(places)
    if 300 <= metres(a, b) <= 3000:
        pairs.append((a, b))


def script(name, requests):
    lines = [f"r[{n}] = {request}" for n, request in enumerate(requests, 1)]
    text = "\n".join(["local r = {}", *lines, "local n = 0"])
    text += "\nrequest = function() n = n % #r + 1; return r[n] end\n"
    with open(f"{folder}/{name}.lua", "w") as file:
        file.write(text)


def get(path):
    return f"wrk.format('GET', '{path}')"


def post(path, body):
    return f"wrk.format('POST', '{path}', {{['Content-Type'] = 'application/json'}}, '{json.dumps(body)}')"


def place(at):
    return {"lon": at[0], "lat": at[1]}


for profile in ("foot", "ebike"):
    bodies = [{"from": place(a), "to": place(b), "profile": profile} for a, b in pairs]
    script(f"onemap-{profile}", [post("/api/route", body) for body in bodies])
script("onemap-isochrone", [get(f"/api/isochrone?lon={a[0]}&lat={a[1]}&profile=foot&minutes=10") for a, _ in pairs])
script("onemap-nearest", [
    get(f"/api/nearest?lon={a[0]}&lat={a[1]}&profile=foot&k=5&collection=buildings") for a, _ in pairs
])
script("osrm-foot", [
    get(f"/route/v1/foot/{a[0]},{a[1]};{b[0]},{b[1]}?steps=true&overview=full&geometries=geojson") for a, b in pairs
])
script("osrm-nearest", [get(f"/nearest/v1/foot/{a[0]},{a[1]}?number=5") for a, _ in pairs])
for costing, name in (("pedestrian", "foot"), ("bicycle", "bicycle")):
    bodies = [{"locations": [place(a), place(b)], "costing": costing} for a, b in pairs]
    script(f"valhalla-{name}", [post("/route", body) for body in bodies])
script("valhalla-isochrone", [
    post("/isochrone", {"locations": [place(a)], "costing": "pedestrian", "contours": [{"time": 10}]})
    for a, _ in pairs
])

# The pairs for `lengths.py`.
with open(f"{folder}/pairs.json", "w") as file:
    json.dump(pairs, file)
