import { expect, test } from 'vitest';
import { askedPlace, placeBody, placeOf, type Place } from './place';

test('a building keeps its unit and room from the form to the request and back', () => {
  const place: Place = { kind: 'building', id: 'b8', name: '', at: null, unit: '1', room: '302' };
  expect(placeBody(place)).toEqual({ building: 'b8', building_unit: '1', room: '302' });
  expect(placeOf(placeBody(place))).toEqual(place);
  expect(askedPlace(place)).toEqual({ building: 'b8', unit: '1' });
});

test('a point is sent without its name', () => {
  const place: Place = { kind: 'point', at: [117.123456789, 39.2], name: '温泉花园附近' };
  expect(placeBody(place)).toEqual({ geometry: { type: 'Point', coordinates: [117.1234568, 39.2] } });
  expect(placeOf(placeBody(place))).toEqual({ kind: 'point', at: [117.1234568, 39.2], name: '' });
});
