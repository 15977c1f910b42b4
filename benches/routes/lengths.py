"""Compares the lengths of walking routes of One Map with those of OSRM and Valhalla. `run.sh` starts all three.

usage: lengths.py PAIRS.json
"""

import json
import sys
import urllib.error
import urllib.request

pairs = json.load(open(sys.argv[1]))


def ask(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    try:
        return json.load(urllib.request.urlopen(urllib.request.Request(url, data, headers)))
    except urllib.error.HTTPError:
        return None


def place(at):
    return {"lon": at[0], "lat": at[1]}


def ours(a, b):
    body = {"from": place(a), "to": place(b), "profile": "foot"}
    answer = ask("http://127.0.0.1:5003/api/route", body)
    return answer and answer["summary"]["distance_m"]


def osrm(a, b):
    answer = ask(f"http://127.0.0.1:5001/route/v1/foot/{a[0]},{a[1]};{b[0]},{b[1]}?overview=false")
    return answer and answer["routes"][0]["distance"]


def valhalla(a, b):
    body = {"locations": [place(a), place(b)], "costing": "pedestrian"}
    answer = ask("http://127.0.0.1:8002/route", body)
    return answer and answer["trip"]["summary"]["length"] * 1000


rows = [(ours(a, b), osrm(a, b), valhalla(a, b), a, b) for a, b in pairs]
for name, at in (("OSRM", 1), ("Valhalla", 2)):
    both = [(row[0] / row[at], row) for row in rows if row[0] and row[at]]
    ratios = sorted(ratio for ratio, _ in both)
    at_share = lambda share: ratios[int(share * (len(ratios) - 1))]
    print(
        f"{name}: {len(both)} of {len(rows)} pairs have both routes;"
        f" only One Map has {sum(1 for r in rows if r[0] and not r[at])},"
        f" only {name} has {sum(1 for r in rows if r[at] and not r[0])};"
        f" One Map / {name}: 1 % {at_share(0.01):.3f}, median {at_share(0.5):.3f},"
        f" mean {sum(ratios) / len(ratios):.3f}, 99 % {at_share(0.99):.3f}"
    )
    far = sorted(both, key=lambda r: abs(r[0] - 1))[-5:]
    for ratio, (own, *others, a, b) in reversed(far):
        print(f"  {ratio:.2f}: {own:.0f} m, {name} {others[at - 1]:.0f} m, {a} to {b}")
