// The recordings are fixtures of other tests: these checks say that a new recording still shows what
// those tests are about, on both sites.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { sites } from './hosts.mjs';
import { REFUSAL } from './provider.mjs';
import { registration } from './relying_party.mjs';

const TESTDATA = join(dirname(fileURLToPath(import.meta.url)), '../../../testdata');

function entries(name) {
  return JSON.parse(readFileSync(join(TESTDATA, 'captures/recorded', `${name}.har`), 'utf8')).log.entries;
}

function parameters(entry) {
  return Object.fromEntries(new URL(entry.request.url).searchParams);
}

/** The one entry at an address, whatever its query. */
function only(all, address) {
  const found = all.filter(({ request }) => request.url.split('?')[0] === address);
  assert.equal(found.length, 1, `entries at ${address}`);
  return found[0];
}

/** The authorization request and the callback of a recording. */
function ends(name, site) {
  const all = entries(name);
  return {
    all,
    authorize: parameters(only(all, `${sites.provider.origin}/oauth/authorize`)),
    callback: parameters(only(all, registration(site).redirect_uris[0])),
  };
}

for (const [name, site] of [
  ['right-happy-path', 'right'], ['right-second-happy-path', 'right'], ['faulty-happy-path', 'faulty'],
]) {
  test(`${name}: a code comes back with the state that was sent`, () => {
    const { authorize, callback } = ends(name, site);
    assert.equal(authorize.response_type, 'code');
    assert.ok(callback.code);
    assert.equal(callback.state, authorize.state);
    assert.equal(callback.error, undefined);
  });
}

for (const [name, site] of [['right-consent-denied', 'right'], ['faulty-consent-denied', 'faulty']]) {
  test(`${name}: the refusal comes back with its sentence and the state`, () => {
    const { authorize, callback } = ends(name, site);
    assert.equal(callback.error, 'access_denied');
    assert.equal(callback.error_description, REFUSAL);
    assert.equal(callback.state, authorize.state);
    assert.equal(callback.code, undefined);
  });
}

test('right: PKCE S256, a nonce and a long state in every authorization request, fresh each time', () => {
  const requests = ['right-happy-path', 'right-consent-denied', 'right-second-happy-path']
    .map((name) => ends(name, 'right').authorize);
  for (const request of requests) {
    assert.equal(request.code_challenge_method, 'S256');
    assert.ok(request.state.length >= 22);
  }
  for (const parameter of ['state', 'nonce', 'code_challenge']) {
    assert.equal(new Set(requests.map((request) => request[parameter])).size, requests.length, parameter);
  }
});

test('right: the sign-in cookie reaches the callback, and the page after it carries no code', () => {
  const { all } = ends('right-happy-path', 'right');
  const callback = only(all, registration('right').redirect_uris[0]);
  assert.ok(callback.request.cookies.some(({ name }) => name === '__Host-signin'));
  assert.equal(callback.response.status, 303);
  assert.equal(only(all, `${sites.right.origin}/account`).response.status, 200);
});

test('right: a refusal ends on a page with a way on and no raw error', () => {
  const page = only(entries('right-consent-denied'), `${sites.right.origin}/sign-in/not-completed`);
  assert.equal(page.response.status, 200);
  assert.match(page.response.content.text, /<a href="\/sign-in">Try again<\/a>/);
  assert.match(page.response.content.text, /<a href="\/help">/);
  assert.ok(!page.response.content.text.includes('access_denied'));
});

test('right: the back channel sends the verifier of the recorded challenge', () => {
  const { authorize, callback } = ends('right-happy-path', 'right');
  const token = only(entries('right-happy-path.backchannel'), `${sites.provider.origin}/oauth/token`);
  const form = Object.fromEntries(new URLSearchParams(token.request.postData.text));
  assert.equal(form.code, callback.code);
  assert.equal(createHash('sha256').update(form.code_verifier).digest('base64url'), authorize.code_challenge);
});

test('right: the address comes as null for a passport', () => {
  const call = only(entries('right-second-happy-path.backchannel'), `${sites.provider.origin}/api/public/v3/userinfo`);
  const claims = JSON.parse(call.response.content.text);
  for (const handle of ['street', 'city', 'state', 'zip']) assert.equal(claims[handle], null, handle);
});

test('right: a callback that is loaded once more ends on the page after a refusal', () => {
  const loads = entries('right-second-load').filter(({ request }) => request.url.startsWith(registration('right').redirect_uris[0]));
  assert.equal(loads.length, 2);
  assert.equal(loads[0].request.url, loads[1].request.url);
  assert.match(loads[1].response.headers.find(({ name }) => name.toLowerCase() === 'location').value, /not-completed/);
  assert.equal(entries('right-second-load.backchannel').filter(({ request }) => request.method === 'POST').length, 1);
});

test('right: a client that nobody registered stays at the provider', () => {
  const all = entries('right-unknown-client');
  const authorize = only(all, `${sites.provider.origin}/oauth/authorize`);
  assert.notEqual(parameters(authorize).client_id, registration('right').client_id);
  assert.equal(authorize.response.status, 400);
  assert.ok(!all.some(({ request }) => request.url.startsWith(registration('right').redirect_uris[0])));
});

test('faulty: no PKCE, no nonce, a short state', () => {
  for (const name of ['faulty-happy-path', 'faulty-consent-denied']) {
    const { authorize } = ends(name, 'faulty');
    assert.equal(authorize.code_challenge, undefined);
    assert.equal(authorize.nonce, undefined);
    assert.match(authorize.state, /^\d{4}$/);
  }
});

test('faulty: a refusal ends on the raw error with no way on', () => {
  const callback = only(entries('faulty-consent-denied'), registration('faulty').redirect_uris[0]);
  assert.equal(callback.response.status, 200);
  assert.ok(callback.response.content.text.includes(`access_denied: ${REFUSAL}`));
  assert.doesNotMatch(callback.response.content.text, /<a |<button/);
});

test('faulty: the code leaves in a Referer', () => {
  const { all, callback } = ends('faulty-happy-path', 'faulty');
  const referers = all.flatMap(({ request }) => request.headers)
    .filter(({ name }) => name.toLowerCase() === 'referer').map(({ value }) => value);
  assert.ok(referers.some((value) => new URL(value).searchParams.get('code') === callback.code));
});

for (const name of ['right', 'faulty']) {
  test(`${name}: the integration file names what the recordings use`, () => {
    const text = readFileSync(join(TESTDATA, 'integrations', `${name}.yaml`), 'utf8');
    const { client_id: id, redirect_uris: [redirectURI] } = registration(name);
    assert.ok(text.includes(`id: ${id}\n`));
    assert.ok(text.includes(`- ${redirectURI}\n`));
    assert.ok(text.includes(`expected_api_host: ${new URL(sites.provider.origin).host}\n`));
    assert.ok(text.includes(`own: ["${new URL(sites[name].origin).host}"]\n`));
  });
}
