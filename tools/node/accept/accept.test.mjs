// Redacted files are valid HARs to others: to the har-validator package, and to the importers of
// Chromium's and Firefox's developer tools. The kit redacts every capture of testdata for that.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { har as validate } from 'har-validator';

import { importInChromium, importInFirefox } from './devtools.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const BROKEN = 'mitmproxy_mitmproxy__test_mitmproxy_data_corrupted_har_brokenfile.har';

const folder = mkdtempSync(join(tmpdir(), 'proofwalk-accept-'));
const kit = join(folder, 'proofwalk');
const redacted = new Map(); // name -> text

before(() => {
  execFileSync('go', ['build', '-o', kit, './cmd/proofwalk'], { cwd: ROOT, stdio: 'inherit' });
  for (const dir of ['hars', 'captures/recorded', 'captures/formats']) {
    for (const name of readdirSync(join(ROOT, 'testdata', dir)).filter((n) => /\.(harp?|gz|zip|json)$/.test(n) && n !== BROKEN)) {
      const { status, stdout, stderr } = spawnSync(kit, ['redact', join(ROOT, 'testdata', dir, name)], { encoding: 'utf8', maxBuffer: 64 << 20 });
      assert.equal(status, 0, `${name}: ${stderr}`);
      redacted.set(name, stdout);
    }
  }
  assert.ok(redacted.size >= 29, `${redacted.size} captures were redacted, want at least 29`);
});

after(() => rmSync(folder, { recursive: true }));

const entries = (text) => JSON.parse(text).log.entries;

test('the broken file is refused in one line', () => {
  const { status, stdout, stderr } = spawnSync(kit, ['redact', join(ROOT, 'testdata/hars', BROKEN)], { encoding: 'utf8' });
  assert.equal(status, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /^proofwalk: [^\n]+\n$/);
});

test('har-validator accepts every redacted file', async () => {
  for (const [name, text] of redacted) {
    await validate(JSON.parse(text)).catch((error) => assert.fail(`${name}: ${JSON.stringify(error.errors)}`));
  }
  const damaged = JSON.parse(redacted.values().next().value);
  delete damaged.log.entries[0].request.url;
  await assert.rejects(validate(damaged), 'it takes what is no HAR');
});

for (const [browser, importAll] of [['Chromium', importInChromium], ['Firefox', importInFirefox]]) {
  test(`the developer tools of ${browser} import every redacted file`, { timeout: 120_000 }, async () => {
    const names = [...redacted.keys()];
    const found = await importAll([...redacted.values(), '{"log":{"entries":[{}]}}']);
    names.forEach((name, i) => {
      const all = entries(redacted.get(name));
      assert.equal(found[i].error, undefined, name);
      assert.equal(found[i].requests, all.length, `${name}: requests`);
      assert.equal(found[i].first, all[0].request.url, `${name}: address of the first request`);
    });
    assert.notEqual(found[names.length].error, undefined, 'it takes an entry that is none');
  });
}
