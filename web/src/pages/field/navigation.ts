// Links that hand the place over to the phone's own navigation. Coordinates are WGS 84 and each says so where
// the other side would take them for something else.
import type { Position } from 'geojson';

export interface NavigationLink {
  name: 'phone' | 'amap';
  href: string;
}

/** @param agent the browser's name of itself: Apple's phones know no `geo:` links. */
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
