// Links that open navigation to a place in a map app on the phone. Coordinates are in GCJ-02, which these apps use.
import type { Position } from 'geojson';
import { gcj02 } from './gcj02';

export interface HandoverLink {
  app: 'amap' | 'baidu';
  href: string;
}

/** @param isFoot whether the route is for walking; otherwise it is for riding. */
export function handoverLinks(place: Position, name: string, isFoot: boolean): HandoverLink[] {
  // The apps use these characters to separate fields.
  const label = name.replace(/[|,]/g, ' ');
  const [lon, lat] = gcj02(place).map((degrees) => degrees.toFixed(6));
  const amap = new URLSearchParams({
    to: `${lon},${lat},${label}`,
    mode: isFoot ? 'walk' : 'ride',
    coordinate: 'gaode',
    callnative: '1',
    src: 'onemap',
  });
  const baidu = new URLSearchParams({
    destination: `name:${label}|latlng:${lat},${lon}`,
    mode: isFoot ? 'walking' : 'riding',
    coord_type: 'gcj02',
    output: 'html',
    src: 'webapp.onemap',
  });
  return [
    { app: 'amap', href: `https://uri.amap.com/navigation?${amap}` },
    { app: 'baidu', href: `https://api.map.baidu.com/direction?${baidu}` },
  ];
}
