// Links to the phone's navigation apps. Coordinates are WGS 84, and each link says so if the app would assume
// another system.
import type { Position } from 'geojson';

export interface NavigationLink {
  name: 'phone' | 'amap';
  href: string;
}

/** @param agent the browser's user agent: Apple phones do not support `geo:` links. */
export function navigationLinks([lon = 0, lat = 0]: Position, name: string, agent: string): NavigationLink[] {
  const at = `${lat.toFixed(6)},${lon.toFixed(6)}`;
  const phone = /iPhone|iPad|Macintosh/.test(agent)
    ? `https://maps.apple.com/?${new URLSearchParams({ daddr: at, dirflg: 'w' })}`
    : `geo:${at}?q=${at}(${encodeURIComponent(name)})`;
  const amap = new URLSearchParams({
    to: `${lon.toFixed(6)},${lat.toFixed(6)},${name}`,
    mode: 'walk',
    coordinate: 'wgs84',
    callnative: '1',
  });
  return [
    { name: 'phone', href: phone },
    { name: 'amap', href: `https://uri.amap.com/navigation?${amap}` },
  ];
}
