// Runs the har-sanitizer package over a HAR, for comparison: entry by entry, since it throws on some.
// Those are left out of what it gives, so nothing of them counts against it.

import { readFileSync, writeSync } from 'node:fs';

import sanitizer from 'har-sanitizer';

const har = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const entries = [];
let refused = 0;
for (const entry of har.log.entries) {
  try {
    const one = { ...har, log: { ...har.log, entries: [entry] } };
    entries.push(...(await sanitizer.sanitize(one, { cookies: 'hash', tokens: 'obfuscate' })).log.entries);
  } catch {
    refused++;
  }
}
console.error(`har-sanitizer fails on ${refused} of ${har.log.entries.length} entries`);
const text = JSON.stringify({ ...har, log: { ...har.log, entries } });
for (let at = 0; at < text.length;) at += writeSync(1, text.slice(at, at + (1 << 16)));
