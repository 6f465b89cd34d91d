// The exporter for Node: the vectors that it shares with the one for Go, and that it changes nothing for
// who calls.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import test from 'node:test';

import { record } from './recorder.mjs';
import { Redactor } from './redact.mjs';

const KEY = `aaaaaaaabbbbbbbbccccccccdd:01${'00'.repeat(31)}`;
const FORM = 'grant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIAq7zT&client_secret=s3cr3t';
const WRITTEN = [['grant_type', 'authorization_code'], ['code', '~code.2Z2KAU7FVLN7MDJV'], ['client_secret', '~secret']];

test('every vector gives its line', () => {
  const { round_key: roundKey, options, vectors } = JSON.parse(readFileSync(new URL('../../../testdata/vectors/back_channel.json', import.meta.url), 'utf8'));
  const [round, key] = roundKey.split(':');
  const redactor = new Redactor(round, Buffer.from(key, 'hex'), options);
  assert.ok(vectors.length >= 20);
  for (const { name, exchange, line } of vectors) {
    assert.equal(redactor.line({ ...exchange, started: new Date(exchange.started) }), `${line}\n`, name);
  }
});

/** A provider, and a fetch whose calls are recorded. */
async function setUp(t, options = {}) {
  const server = createServer(async (req, res) => {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    res.setHeader('content-type', 'application/json');
    res.setHeader('x-sent', `${req.method} ${req.headers['content-type']} ${Buffer.concat(chunks)}`);
    if (req.url === '/large') res.end(`{"token_type":"${'x'.repeat(1 << 20)}"}`);
    else if (req.url === '/broken') res.write('{"token_type":', () => res.destroy());
    else if (req.url === '/redirect') res.writeHead(302, { location: '/token?state=aB3dE6gH9jK2mN5pQ8sT1vW4' }).end();
    else res.end('{"token_type":"Bearer","access_token":"aT7kQ2xVb9LmR4pZc8Hy1WnEs6GdJf3U"}');
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  t.after(() => { server.close(); server.closeAllConnections(); });
  const host = `127.0.0.1:${server.address().port}`;
  const lines = [];
  const recorder = record(fetch, { out: { write: (line) => lines.push(line) }, roundKey: KEY, hosts: [host], ...options });
  return { origin: `http://${host}`, recorder, lines, parsed: async () => { await recorder.flush(); return lines.map((line) => JSON.parse(line)); } };
}

const seen = async (response) => [response.status, response.url, response.headers.get('x-sent'), await response.text()];

test('the caller sees what it sees without the recorder', async (t) => {
  const { origin, recorder, lines, parsed } = await setUp(t);
  const asks = {
    text: ['/token', { method: 'POST', body: FORM, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }],
    parameters: ['/token', { method: 'post', body: new URLSearchParams(FORM) }],
    bytes: ['/token', { method: 'POST', body: Buffer.from(FORM), headers: [['content-type', 'application/x-www-form-urlencoded']] }],
    large: ['/large', {}],
    redirect: ['/redirect', { redirect: 'manual' }],
  };
  for (const [name, [path, init]] of Object.entries(asks)) {
    lines.length = 0;
    assert.deepEqual(await seen(await recorder.fetch(origin + path, init)), await seen(await fetch(origin + path, init)), name);
    const [line, ...more] = await parsed();
    assert.deepEqual(more, [], name);
    if (init.body) assert.deepEqual(line.request.form, WRITTEN, name);
    if (path === '/token') assert.equal(line.response.json, '{"access_token":"~token.GOLY53ELK4F23JXW","token_type":"Bearer"}', name);
    assert.deepEqual(line.facts, name === 'large' ? { body_truncated: true } : undefined, name);
    assert.equal(line.response.status, name === 'redirect' ? 302 : 200, name);
  }
});

test('a Request is sent and recorded whole', async (t) => {
  const { origin, recorder, parsed } = await setUp(t);
  const request = new Request(`${origin}/token`, { method: 'POST', body: new URLSearchParams(FORM) });
  const [, , sent] = await seen(await recorder.fetch(request));
  assert.ok(sent.endsWith(FORM));
  const [line] = await parsed();
  assert.equal(line.request.method, 'POST');
  assert.deepEqual(line.request.form, WRITTEN);
});

test('a body that nobody reads does not hold up the line', { timeout: 3000 }, async (t) => {
  const { origin, recorder, parsed } = await setUp(t);
  const response = await recorder.fetch(`${origin}/large`); // held, so that nothing is collected
  const [line] = await parsed();
  assert.deepEqual(line.facts, { body_truncated: true });
  assert.equal((await response.text()).length, (1 << 20) + 17);
});

test('errors reach the caller, and those of the recorder do not', async (t) => {
  const { origin, recorder, parsed } = await setUp(t);
  await assert.rejects(recorder.fetch('http://127.0.0.1:1/jane'), TypeError);
  await assert.rejects((await recorder.fetch(`${origin}/broken`)).text());
  const [refused, broken] = await parsed();
  assert.equal(refused.failed, true);
  assert.equal(refused.response, undefined);
  assert.equal(refused.request.url, 'http://host-0.invalid/~str');
  assert.deepEqual(broken.facts, { body_truncated: true });

  const full = record(fetch, { out: { write: () => { throw new Error('disk full'); } }, roundKey: KEY });
  assert.equal((await full.fetch(`${origin}/token`)).status, 200);
  await full.flush();
});

test('headers that can be read once are sent, and an answer that cannot be cloned is handed on', async (t) => {
  const { origin, recorder, parsed } = await setUp(t);
  const headers = new Map([['content-type', 'application/x-www-form-urlencoded']]);
  const [, , sent] = await seen(await recorder.fetch(`${origin}/token`, { method: 'POST', body: FORM, headers: headers.entries() }));
  assert.equal(sent, `POST application/x-www-form-urlencoded ${FORM}`);
  assert.deepEqual((await parsed())[0].request.form, WRITTEN);

  const answer = { status: 200 };
  const lines = [];
  const other = record(async () => answer, { out: { write: (line) => lines.push(line) }, roundKey: KEY });
  assert.equal(await other.fetch(`${origin}/token`), answer);
  await other.flush();
  assert.deepEqual(lines, []);
});

test('nothing is recorded without a key, and a wrong one is not repeated', async (t) => {
  const { origin, recorder, lines } = await setUp(t, { roundKey: '' });
  assert.equal((await recorder.fetch(`${origin}/token`)).status, 200);
  await recorder.flush();
  assert.deepEqual(lines, []);
  for (const roundKey of ['hunter2', KEY.toUpperCase(), `${KEY}0`]) {
    assert.throws(() => record(fetch, { out: process.stdout, roundKey }), (error) => !error.message.includes(roundKey));
  }
});
