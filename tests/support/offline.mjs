// Sends requests that the server has answered to the program for offline phones, and compares the answers.
//
//   node offline.mjs FOLDER ENGINE.wasm
//
// FOLDER has the network file (manifest.json and the four parts) and answers.jsonl, where each line is a request with
// the answer of the server. The program fails if two answers differ in a part that a phone can know.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

const [folder, program] = process.argv.slice(2);
const read = (name) => readFileSync(join(folder, name));
const manifest = JSON.parse(read('manifest.json'));

const { instance } = await WebAssembly.instantiate(readFileSync(program), {});
const wasm = instance.exports;
const write = (bytes) => {
  const at = wasm.reserve(bytes.length);
  new Uint8Array(wasm.memory.buffer, at, bytes.length).set(bytes);
  return at;
};
const opening = performance.now();
['topology', 'geometry', 'attributes', 'directory'].forEach((name, number) => {
  const bytes = read(name);
  wasm.put(number, write(bytes), bytes.length);
});
if (wasm.open(manifest.seq, manifest.network_seq) !== 1)
  throw new Error(`the program does not accept the network file in ${folder}`);
console.log(`opened in ${(performance.now() - opening).toFixed(1)} ms`);

function call(op, request) {
  const lines = [`op=${op}`];
  for (const [name, value] of Object.entries(request)) {
    for (const one of [value].flat()) lines.push(`${name}=${String(one).replace(/\s+/g, ' ')}`);
  }
  const bytes = new TextEncoder().encode(lines.join('\n'));
  const length = wasm.call(write(bytes), bytes.length);
  return JSON.parse(new TextDecoder().decode(new Uint8Array(wasm.memory.buffer, wasm.answer(), length)));
}

const ends = (end, place) =>
  Object.fromEntries(Object.entries(place).map(([name, value]) => [`${end}.${name}`, value]));
const stopOf = ({ to, not_before, not_after, stay_s }, number) => {
  const moments = Object.entries({ not_before, not_after }).filter(([, at]) => at);
  return {
    ...ends(`stops.${number}.to`, to),
    ...Object.fromEntries(moments.map(([name, at]) => [`stops.${number}.${name}`, Date.parse(at)])),
    ...(stay_s === undefined ? {} : { [`stops.${number}.stay_s`]: stay_s }),
  };
};
const phone = {
  route: ({ from, to, depart_at, ...ask }) =>
    call('route', {
      ...ends('from', from),
      ...ends('to', to),
      ...ask,
      at: Date.parse(depart_at),
    }),
  card: ({ at, ...ask }) => call('card', { ...ask, at: Date.parse(at) }),
  search: (ask) => call('search', ask),
  near: ({ from, depart_at, ...ask }) => call('near', { ...ends('from', from), ...ask, at: Date.parse(depart_at) }),
  trip: ({ from, stops, depart_at, ...ask }) =>
    call('trip', {
      ...ends('from', from),
      ...Object.assign({}, ...stops.map(stopOf)),
      ...ask,
      at: Date.parse(depart_at),
    }),
};

function prepare() {
  for (const profile of ['foot', 'ebike', 'cargo_trike', 'wheelchair']) {
    const { problem } = call('prepare', { profile });
    if (problem) throw new Error(`computing the lower bounds for ${profile} failed: ${problem.code}`);
  }
}

// The parts of an answer that must be equal, for each kind of request.
const same = {
  route(answer) {
    const own = ({ summary: { seq: _, network_seq: __, ...summary }, features, alternatives }) => ({
      summary,
      features,
      alternatives: alternatives?.map(own),
    });
    return own(answer);
  },
  card: ({ seq: _, ...card }) => ({
    ...card,
    gates: card.gates.map(({ passages: _, ...gate }) => gate),
    doors: card.doors.map(({ passages: _, ...door }) => door),
  }),
  search: ({ features, note }) => ({
    features: features.map(({ id, collection, address, properties }) => ({
      id,
      collection,
      address,
      name: properties.name ?? null,
    })),
    note,
  }),
  near: ({ features }) => ({
    features: features.map(({ id, geometry, properties }) => ({
      id,
      geometry,
      ...Object.fromEntries(
        ['name', 'phone', 'aed', 'opening_hours', 'distance_m', 'duration_s'].map((name) => [
          name,
          properties[name] ?? null,
        ]),
      ),
    })),
  }),
  trip({ features, visits, summary: { seq: _, network_seq: __, ...summary } }) {
    return { features, visits, summary };
  },
};
/** The reason of a refusal, without the other members of the server's problem document. */
const refusal = {
  route: ({ status, reason, gates, nearest }) => ({
    status,
    reason,
    gates,
    nearest: gates ? nearest : undefined,
  }),
  card: ({ status, known }) => ({
    status,
    known: known?.length ? known : undefined,
  }),
  search: ({ status }) => ({ status }),
  near: ({ status }) => ({ status }),
  trip: ({ status, field, errors, reason, gates, nearest }) => ({
    status,
    field: field ?? errors?.[0]?.field,
    reason,
    gates,
    nearest: gates ? nearest : undefined,
  }),
};

const took = { route: [], card: [], search: [], near: [], trip: [] };
const count = { same: 0, refused: 0, tied: 0, busy: 0 };
// If several routes take equally long, a search returns the one that it finds first. Which one that is depends on the
// lower bounds that guide the search. In this case everything but the route itself must be equal. If the routes lead
// through different gates, each answer must name the gate of the other as one that takes no longer.
const gates = (gate, others) => {
  const isEqual = ({ extra_s }) => extra_s === 0;
  const equal = [...(gate ? [gate] : []), ...others.filter(isEqual)].map(({ id }) => id).sort();
  return { equal, slower: others.filter((other) => !isEqual(other)) };
};
const gateOf = ({ gates: { equal } }) => equal.join();
const tie = ({ summary: { distance_m: _, gate, other_gates, ...summary }, features, alternatives, visits }) => ({
  summary,
  gates: gates(gate, other_gates ?? []),
  visits: visits?.map(({ first_leg: __, ...visit }) => visit),
  seconds: Math.round(features.reduce((sum, leg) => sum + leg.properties.duration_s * 10, 0)),
  // Alternatives that take equally long may be in another order.
  alternatives: alternatives?.map(tie).sort((a, b) => a.seconds - b.seconds || (gateOf(a) < gateOf(b) ? -1 : 1)),
});
// Places that are reached in equal time may be in another order, and the routes to them may differ in length.
const nearTie = ({ features }) => {
  const found = features.map(({ distance_m: _, ...place }) => place);
  const key = ({ id, duration_s }) => [duration_s, id];
  return found.sort((a, b) => key(a)[0] - key(b)[0] || (key(a)[1] < key(b)[1] ? -1 : 1));
};
const ties = { route: tie, trip: tie, near: nearTie };
const different = [];
const lines = read('answers.jsonl').toString().split('\n');
// The second half of the requests is sent after lower bounds of the travel times were computed.
const halves = [0, 1].map((half) => lines.filter((_, number) => number % 2 === half));
for (const [number, line] of halves.flat().entries()) {
  if (number === halves[0].length) prepare();
  const { kind, ask, status, answer } = JSON.parse(line);
  const isLimited = status === 422 && !(answer.reason || answer.errors || answer.field);
  if (status === 503 || isLimited) {
    // Skips requests that the server did not answer because it was busy (503) or the search exceeded its budget.
    count.busy += 1;
    continue;
  }
  const began = performance.now();
  const said = phone[kind](ask);
  took[kind].push(performance.now() - began);
  const isRefused = status !== 200;
  const [server, own] =
    isRefused || said.problem
      ? [isRefused ? refusal[kind](answer) : same[kind](answer), said.problem ? refusal[kind](said.problem) : said]
      : [same[kind](answer), same[kind](said)];
  const plain = (value) => JSON.parse(JSON.stringify(value));
  if (isDeepStrictEqual(plain(server), plain(own))) count[isRefused ? 'refused' : 'same'] += 1;
  else {
    const mayTie = ties[kind] && !isRefused && !said.problem;
    const [a, b] = mayTie ? [plain(ties[kind](server)), plain(ties[kind](own))] : [plain(server), plain(own)];
    if (mayTie && isDeepStrictEqual(a, b)) count.tied += 1;
    else different.push({ kind, ask, status, server: a, phone: b });
  }
}

/** The first place in which two values differ. */
function difference(a, b, path = '') {
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') {
    return Object.is(a, b) ? null : `${path}: server ${JSON.stringify(a)}, phone ${JSON.stringify(b)}`;
  }
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = difference(a[key] ?? null, b[key] ?? null, `${path}/${key}`);
    if (found) return found;
  }
  return null;
}

const at = (list, share) => list.sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))];
for (const [kind, list] of Object.entries(took)) {
  if (list.length > 0) {
    const [half, most] = [at(list, 0.5), at(list, 0.99)].map((ms) => ms.toFixed(2));
    console.log(`${list.length} × ${kind}: median ${half} ms, 99th percentile ${most} ms`);
  }
}
console.log(
  `${count.same} equal answers, ${count.refused} equal refusals, ${count.tied} other routes of equal time, ` +
    `${different.length} different; ${count.busy} not answered by the server`,
);
for (const { kind, ask, status, server, phone } of different.slice(0, Number(process.env.SHOWN ?? 10))) {
  console.log(`${kind} ${JSON.stringify(ask)} (${status})\n  ${difference(server, phone)}`);
}
const isFew = (number) => number <= (took.route.length + took.trip.length + took.near.length) / 50;
process.exitCode =
  different.length === 0 && isFew(count.tied) && isFew(count.busy) && count.same > count.refused ? 0 : 1;
