#!/usr/bin/env bash
# Creates a database with the program of a release. The test tests/release_databases.rs opens it with the current
# program. Needs curl, jq and sqlite3; for a PostgreSQL database also pg_dump.
#
#   scripts/release-database.sh PROGRAM VERSION [postgres://…/EMPTY_DATABASE]
#
# PROGRAM is the path of the onemap program of that release. Writes tests/releases/VERSION.db.gz and VERSION.json
# (the tokens and ids), or, with a PostgreSQL URL, VERSION.sql.gz and VERSION.postgis.json.
set -euo pipefail

program=$1
version=$2
postgres=${3:-}
out=$(cd "$(dirname "$0")/.." && pwd)/tests/releases
folder=$(mktemp -d)
database=${postgres:-sqlite:$folder/release.db}
create=()
if "$program" serve --help | grep -q -- --create; then create=(--create); fi

mkfifo "$folder/said"
"$program" serve --listen 127.0.0.1:0 --database "$database" "${create[@]}" >"$folder/said" 2>/dev/null &
server=$!
finish() { kill -TERM "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$folder"; }
trap finish EXIT
base=
while read -r line; do
  case $line in *"/api/") base=${line%/api/}; break ;; esac
done <"$folder/said"
cat "$folder/said" >/dev/null &
until curl -fs "$base/health/ready" >/dev/null; do sleep 0.1; done

secrets='{}'
for role in public rider grid_worker officer planner steward admin; do
  secret=$("$program" token create --role "$role" --name "$role" --database "$database")
  secrets=$(jq -c --arg role "$role" --arg secret "$secret" '.[$role] = $secret' <<<"$secrets")
done
unit=$("$program" token create --role grid_worker --name 消防 --unit u-1 --communities c-1 --database "$database")
wall=$("$program" token create --role officer --name wall --read-only --database "$database" | head -1)
secrets=$(jq -c --arg unit "$unit" --arg wall "$wall" '.unit = $unit | .wall = $wall' <<<"$secrets")
admin=$(jq -r .admin <<<"$secrets")
officer=$(jq -r .officer <<<"$secrets")

put() { # put COLLECTION ID GEOMETRY PROPERTIES
  jq -cn --arg id "$2" --argjson geometry "$3" --argjson properties "$4" \
    '{type: "Feature", id: $id, geometry: $geometry, properties: ($properties + {own: "我们的 own"})}' |
    curl -fsS -X PUT "$base/api/collections/$1/items/$2" -H "Authorization: Bearer $admin" \
      -H 'Content-Type: application/geo+json' --data-binary @- >/dev/null
}
point='{"type":"Point","coordinates":[117.13,39.22]}'
line='{"type":"LineString","coordinates":[[117.129,39.22],[117.131,39.22]]}'
area='{"type":"Polygon","coordinates":[[[117.12,39.21],[117.14,39.21],[117.14,39.23],[117.12,39.23],[117.12,39.21]]]}'

put grids s-1 "$area" '{"kind":"street","code":"120113001000000","name":"果园街道"}'
put grids c-1 "$area" '{"kind":"community","code":"120113001020000","name":"温泉社区","parent":"s-1"}'
put grids g-1 "$area" '{"kind":"grid","code":"120113001020003","name":"第3网格","parent":"c-1","households":300}'
put compounds k-1 "$area" '{"name":"温泉花园","housing":"old_estate","walled":true}'
put barriers w-1 "$line" '{"kind":"wall","compound":"k-1"}'
put buildings b-1 "$area" '{"name":"温泉花园3号楼","compound":"k-1","levels":6,"grid":"g-1"}'
put entrances e-1 "$point" '{"kind":"gate","name":"北门","compound":"k-1","ebike":"yes","access_note":"先登记","access_code":"2580#"}'
put entrances e-2 "$point" '{"kind":"unit_door","building":"b-1","unit":"1","access_code":"1470#"}'
put routes r-1 "$line" '{"kind":"lane","ebike":"yes","foot":"yes"}'
put first_aid_stations a-1 "$point" '{"name":"社区卫生站","aed":true,"phone":"022-1"}'
put pocket_parks p-1 "$area" '{"name":"口袋公园","area_m2":800}'
put facilities f-1 "$point" '{"kind":"toolbox","name":"百宝箱"}'
put units u-1 "$point" '{"name":"消防救援站","competences":["corridor_clutter"],"communities":["c-1"]}'
put roads d-1 "$line" '{"name":"温泉路"}'
put water q-1 "$line" '{"name":"永定新河"}'
put green n-1 "$area" '{"name":"绿地"}'
put boundaries o-1 "$area" '{"name":"果园街道","kind":"street"}'
# A feature with two versions, and a deleted feature.
put facilities f-1 "$point" '{"kind":"toolbox","name":"百宝箱（东）","capacity":3}'
put facilities f-2 "$point" '{"kind":"rest_stop","name":"驿站"}'
curl -fsS -X DELETE "$base/api/collections/facilities/items/f-2" -H "Authorization: Bearer $admin"

# A PNG of one pixel.
base64 -d >"$folder/photo.png" <<<iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==
photo=$(curl -fsS "$base/api/photos" --data-binary "@$folder/photo.png" | jq -r .id)
curl -fsS "$base/api/webhooks" -H "Authorization: Bearer $admin" -H 'Content-Type: application/json' \
  -d '{"url":"http://127.0.0.1:9/","events":["step"],"secret":"a secret of sixteen bytes"}' >/dev/null
report() {
  curl -fsS "$base/api/warnings" -H 'Content-Type: application/json' -d "$1"
}
first=$(report "$(jq -cn --arg photo "$photo" --argjson at "$point" \
  '{category: "corridor_clutter", geometry: $at, note: "楼道堆物 note", contact: "13800000000", photos: [$photo], key: "0123456789abcdef0123456789abcdef"}')")
second=$(report '{"category":"flying_wire_charging","building":"b-1","note":"飞线充电","contact":"13900000000"}')
case=$(jq -r .id <<<"$first")
act() {
  curl -fsS "$base/api/warnings/$case/actions" -H "Authorization: Bearer $officer" \
    -H 'Content-Type: application/json' -d "$1" >/dev/null
}
act '{"action":"file"}'
act '{"action":"dispatch","unit":"u-1"}'
receipt=$(jq -r '.receipt // .properties.receipt' <<<"$first")
second=$(jq -r .id <<<"$second")

kill -TERM "$server"
wait "$server" 2>/dev/null || true
facts=$(jq -n --arg version "$version" --argjson tokens "$secrets" --arg photo "$photo" \
  --arg case "$case" --arg second "$second" --arg receipt "$receipt" \
  '{version: $version, tokens: $tokens, photo: $photo, cases: [$case, $second], receipt: $receipt}')
if [ -n "$postgres" ]; then
  # INSERT instead of COPY, so that any client can run the dump. The dump does not install the extension PostGIS.
  pg_dump --no-owner --no-privileges --inserts --rows-per-insert=100 \
    --schema=onemap --schema=map "$postgres" | grep -v '^\\' | gzip -9n >"$out/$version.sql.gz"
  printf '%s\n' "$facts" >"$out/$version.postgis.json"
else
  sqlite3 "$folder/release.db" 'PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE; VACUUM; PRAGMA journal_mode = WAL;' >/dev/null
  sqlite3 "$folder/release.db" 'PRAGMA integrity_check' | grep -qx ok
  gzip -9nc "$folder/release.db" >"$out/$version.db.gz"
  printf '%s\n' "$facts" >"$out/$version.json"
fi
