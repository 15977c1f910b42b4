// Measures the program for offline phones with the network file of a running server (docs/benchmarks.md):
//
//   node benches/phone.mjs URL WEST,SOUTH,EAST,NORTH [COUNT]
//
// Prints the size of each part, the time to open the file, and the times of COUNT routes (500 by default) between
// random positions in the box, 0.3 to 3 km apart, on foot and by e-bike. The same pairs are measured before and after
// the lower bounds of travel times are computed. Stops with an error if the bounds change the duration of a route.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const [url, box, count = '500'] = process.argv.slice(2);
const [west, south, east, north] = box.split(',').map(Number);
const program = new URL('../web/src/core/engine/engine.wasm', import.meta.url);
const { instance } = await WebAssembly.instantiate(readFileSync(program), {});
const wasm = instance.exports;
const write = (bytes) => {
  const at = wasm.reserve(bytes.length);
  new Uint8Array(wasm.memory.buffer, at, bytes.length).set(bytes);
  return at;
};

const manifest = await (await fetch(`${url}/api/network`)).json();
const parts = [];
let compressed = 0;
for (const [name, { hash }] of Object.entries(manifest.parts)) {
  const bytes = Buffer.from(await (await fetch(`${url}/api/network/parts/${hash}`)).arrayBuffer());
  const gzip = gzipSync(bytes, { level: 9 }).length;
  console.log(`${name}: ${bytes.length} bytes, ${gzip} compressed`);
  compressed += gzip;
  parts.push(bytes);
}
const size = readFileSync(program);
console.log(
  `all: ${compressed} bytes compressed; the program: ${size.length}, ${gzipSync(size, { level: 9 }).length} compressed`,
);
let began = performance.now();
parts.forEach((bytes, number) => wasm.put(number, write(bytes), bytes.length));
if (wasm.open(manifest.seq, manifest.network_seq) !== 1) throw new Error('The engine cannot open the network file: it is damaged, or of another version');
const memory = (wasm.memory.buffer.byteLength / 1e6).toFixed(0);
console.log(`opened in ${(performance.now() - began).toFixed(0)} ms, ${memory} MB of memory`);

function call(op, request) {
  const lines = [`op=${op}`, ...Object.entries(request).map(([name, value]) => `${name}=${value}`)];
  const bytes = new TextEncoder().encode(lines.join('\n'));
  const length = wasm.call(write(bytes), bytes.length);
  return JSON.parse(new TextDecoder().decode(new Uint8Array(wasm.memory.buffer, wasm.answer(), length)));
}

// Pseudo-random numbers, the same in every run.
let state = 7n;
const random = () => {
  state = (state * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n);
  return Number(state >> 33n) / 2 ** 31;
};
const somewhere = () => [west + random() * (east - west), south + random() * (north - south)];
const metres = (a, b) =>
  Math.hypot((a[0] - b[0]) * 111_320 * Math.cos((south * Math.PI) / 180), (a[1] - b[1]) * 111_130);
const asks = [];
while (asks.length < Number(count)) {
  const [from, to] = [somewhere(), somewhere()];
  if (metres(from, to) < 300 || metres(from, to) > 3000) continue;
  asks.push({
    'from.lon': from[0],
    'from.lat': from[1],
    'to.lon': to[0],
    'to.lat': to[1],
    at: Date.now() + 3_600_000,
  });
}
/** Computes all routes and prints the times. Returns the durations in seconds, `null` where there is no route. */
function measure(profile, how) {
  const [found, none, durations] = [[], [], []];
  for (const ask of asks) {
    const start = performance.now();
    const { problem, summary } = call('route', { ...ask, profile });
    // A random position may be far from every way. Then no route is computed, and the time does not count.
    if (problem?.code === 'wrong_place') continue;
    (problem ? none : found).push(performance.now() - start);
    durations.push(summary?.duration_s ?? null);
  }
  const at = (list, share) => list.sort((a, b) => a - b)[Math.floor((list.length - 1) * share)]?.toFixed(1) ?? '–';
  console.log(
    `${profile}, ${how}: ${found.length} routes, p50 ${at(found, 0.5)} ms, p99 ${at(found, 0.99)} ms, ` +
      `the slowest ${at(found, 1)} ms; ${none.length} pairs without a route, p50 ${at(none, 0.5)} ms, the slowest ${at(none, 1)} ms`,
  );
  return durations;
}
for (const profile of ['foot', 'ebike']) {
  const before = measure(profile, 'without bounds');
  began = performance.now();
  call('prepare', { profile });
  console.log(`${profile}: bounds computed in ${(performance.now() - began).toFixed(0)} ms`);
  const after = measure(profile, 'with bounds');
  const differs = before.findIndex((duration, n) => duration !== after[n]);
  if (differs >= 0) throw new Error(`The bounds change route ${differs}: ${before[differs]} s without, ${after[differs]} s with bounds`);
}
console.log(`${(wasm.memory.buffer.byteLength / 1e6).toFixed(0)} MB of memory at the end`);
