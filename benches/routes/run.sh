#!/usr/bin/env bash
# Compares routes of One Map with those of OSRM and Valhalla, on one extract and one machine, in one run:
#   benches/routes/run.sh EXTRACT.osm.pbf [SECONDS]
# SECONDS is the time of each measurement (10). Needs the release build of One Map (or its path in ONEMAP_BIN), wrk,
# curl, unzip, Python 3 with pip, and access to the Python package index, from which OSRM and Valhalla are downloaded.
set -euo pipefail
cd "$(dirname "$0")/../.."
extract=$(realpath "$1") seconds=${2:-10}
program=${ONEMAP_BIN:-target/release/onemap}
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT

peers=target/peers
if [ ! -d "$peers" ]; then
  mkdir -p "$peers.part"
  for name in osrm-bindings pyvalhalla; do
    pip download -q --no-deps --only-binary=:all: --python-version 3.12 -d "$peers.part" "$name"
  done
  (cd "$peers.part" && for wheel in *.whl; do unzip -q -o "$wheel"; done && chmod +x osrm/bin/* valhalla/bin/*)
  mv "$peers.part" "$peers"
fi
peers=$(realpath "$peers")

echo "== preparing $(basename "$extract")"
cp "$extract" "$work/map.osm.pbf"
(cd "$work" && "$peers"/osrm/bin/osrm-extract -p "$peers/osrm/share/profiles/foot.lua" map.osm.pbf >osrm.log 2>&1 \
  && "$peers"/osrm/bin/osrm-contract map.osrm >>osrm.log 2>&1)
# The wheel of Valhalla contains its own shared libraries. Other programs must not load them.
valhalla() { LD_LIBRARY_PATH=$peers/pyvalhalla.libs "$@"; }
python3 "$peers/valhalla/valhalla_build_config.py" --mjolnir-tile-dir "$work/tiles" >"$work/valhalla.json" 2>/dev/null
valhalla "$peers/valhalla/bin/valhalla_build_tiles" -c "$work/valhalla.json" "$extract" >"$work/valhalla.log" 2>&1
"$program" --database "sqlite:$work/map.db" import "$extract" >"$work/import.log" || [ $? -eq 2 ] # 2: some features were left out

"$peers"/osrm/bin/osrm-routed --algorithm ch -p 5001 "$work/map.osrm" >"$work/osrm.out" 2>&1 &
valhalla "$peers/valhalla/bin/valhalla_service" "$work/valhalla.json" 2 >"$work/valhalla.out" 2>&1 &
"$program" --database "sqlite:$work/map.db" serve --listen 127.0.0.1:5003 >"$work/onemap.out" 2>&1 &
until curl -sf http://127.0.0.1:5003/health/ready >/dev/null; do sleep 0.2; done
# One Map computes the lower bounds of travel times after the start. Wait until they are ready.
sleep 10
python3 benches/routes/requests.py http://127.0.0.1:5003 "$work"

declare -A port=([onemap]=5003 [osrm]=5001 [valhalla]=8002)
printf '%-20s %10s %10s %12s %8s\n' requests p50 p99 'per second' errors
for name in onemap-foot osrm-foot valhalla-foot onemap-ebike valhalla-bicycle onemap-isochrone valhalla-isochrone \
  onemap-nearest osrm-nearest; do
  at=http://127.0.0.1:${port[${name%%-*}]}
  wrk -t1 -c1 -d3 -s "$work/$name.lua" "$at" >/dev/null
  one=$(wrk -t1 -c1 -d"$seconds" --latency -s "$work/$name.lua" "$at")
  many=$(wrk -t1 -c8 -d"$seconds" -s "$work/$name.lua" "$at")
  printf '%-20s %10s %10s %12s %8s\n' "$name" "$(awk '/50%/ {print $2}' <<<"$one")" \
    "$(awk '/99%/ {print $2}' <<<"$one")" "$(awk '/Requests\/sec/ {print $2}' <<<"$many")" \
    "$(awk '/Non-2xx/ {print $5}' <<<"$one")"
done

echo "== lengths on foot compared with OSRM and Valhalla"
python3 benches/routes/lengths.py "$work/pairs.json"
