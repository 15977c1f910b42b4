// GCJ-02, the datum of maps published in China: WGS 84 shifted by up to 700 m. Links to Amap and Baidu need positions in
// it. The official formula is not published; this one has been in use since 2010 and agrees with it within 2 m.
import type { Position } from 'geojson';

/** Semi-major axis (metres) and squared eccentricity of Krasovsky's ellipsoid, with which the shift is computed. */
const AXIS_M = 6_378_245;
const ECCENTRICITY_2 = 0.006_693_421_622_965_943;

/** Outside of this box there is no shift: west, south, east, north, in degrees. */
const BOX = [72.004, 0.8293, 137.8347, 55.8271] as const;

/**
 * A term of the shifts to the north and to the east, in metres; `x` is the longitude minus 105°.
 */
const wave = (x: number): number => 20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI);

/**
 * The shift to the north in metres; `x` is the longitude minus 105°, `y` the latitude minus 35°.
 */
function northward(x: number, y: number): number {
  const flat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x));
  const near = 20 * Math.sin(y * Math.PI) + 40 * Math.sin((y / 3) * Math.PI);
  const far = 160 * Math.sin((y / 12) * Math.PI) + 320 * Math.sin((y / 30) * Math.PI);
  return flat + ((wave(x) + near + far) * 2) / 3;
}

/** The shift to the east in metres; `x` and `y` as in `northward`. */
function eastward(x: number, y: number): number {
  const flat = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x));
  const near = 20 * Math.sin(x * Math.PI) + 40 * Math.sin((x / 3) * Math.PI);
  const far = 150 * Math.sin((x / 12) * Math.PI) + 300 * Math.sin((x / 30) * Math.PI);
  return flat + ((wave(x) + near + far) * 2) / 3;
}

/** A position of WGS 84 in GCJ-02; outside China both are the same. Longitude first, degrees. */
export function gcj02([lon = 0, lat = 0]: Position): [lon: number, lat: number] {
  const [west, south, east, north] = BOX;
  if (lon < west || lon > east || lat < south || lat > north) return [lon, lat];
  const φ = (lat * Math.PI) / 180;
  const curvature = 1 - ECCENTRICITY_2 * Math.sin(φ) ** 2;
  const metresNorth = (AXIS_M * (1 - ECCENTRICITY_2)) / curvature ** 1.5;
  const metresEast = (AXIS_M / Math.sqrt(curvature)) * Math.cos(φ);
  const degrees = 180 / Math.PI;
  const [x, y] = [lon - 105, lat - 35];
  return [lon + (eastward(x, y) / metresEast) * degrees, lat + (northward(x, y) / metresNorth) * degrees];
}

/** A position of GCJ-02 in WGS 84, to a centimetre. The shift changes slowly, so a few steps suffice. */
export function wgs84(shifted: Position): [lon: number, lat: number] {
  const [lon = 0, lat = 0] = shifted;
  let found: [number, number] = [lon, lat];
  for (let step = 0; step < 4; step++) {
    const [x, y] = gcj02(found);
    found = [found[0] + lon - x, found[1] + lat - y];
  }
  return found;
}
