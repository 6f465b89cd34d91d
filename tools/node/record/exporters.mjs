// A real provider (npm oidc-provider) on a port of its own, for a test of the exporters in examples/backchannel.
// Signs in twice, as a browser would, and writes one JSON object: the provider, the client, and of each
// sign-in what the relying party's server knows and what the browser saw, as HAR. The second code is
// exchanged here, through the exporter for Node, whose lines are in the object too. Ends with its input.

import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';

import { Provider } from 'oidc-provider';

import { record } from '../../../examples/backchannel/node/recorder.mjs';

console.info = () => {}; // the provider's notices about its defaults
console.warn = console.info;

const random = () => randomBytes(24).toString('base64url');

const client = {
  client_id: `client-${random()}`, client_secret: random(), redirect_uris: ['https://app.example/auth/callback'],
  grant_types: ['authorization_code'], response_types: ['code'], token_endpoint_auth_method: 'client_secret_post',
};
const person = { email: `jane.${random()}@mailbox.example`, given_name: `Jane${random()}`, birthdate: '1984-03-17' };

async function start() {
  const server = http.createServer();
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [client],
    claims: { openid: ['sub'], email: ['email'], profile: ['given_name', 'birthdate'] },
    conformIdTokenClaims: false, // the claims stand in the ID token as well
    routes: { authorization: '/oauth/authorize', token: '/oauth/token', jwks: '/oidc/jwks', userinfo: '/api/public/v3/userinfo' },
    cookies: { keys: [random()] },
    findAccount: async (_ctx, sub) => ({ accountId: sub, claims: async () => ({ sub, ...person }) }),
  });
  server.on('request', provider.callback());
  return { server, issuer };
}

/** Walks through the provider's own pages, with cookies and forms, to the address of the callback. */
async function signIn(issuer) {
  const attempt = { state: random(), nonce: random(), verifier: random() + random() };
  const entries = [];
  const jar = new Map();
  let address = `${issuer}/oauth/authorize?${new URLSearchParams({
    response_type: 'code', client_id: client.client_id, redirect_uri: client.redirect_uris[0], scope: 'openid email profile',
    state: attempt.state, nonce: attempt.nonce, code_challenge: createHash('sha256').update(attempt.verifier).digest('base64url'), code_challenge_method: 'S256',
  })}`;
  let form;
  for (let hop = 0; hop < 20; hop += 1) {
    if (address.startsWith(client.redirect_uris[0])) {
      entries.push({ startedDateTime: new Date().toISOString(), time: 1, request: { method: 'GET', url: address }, response: { status: 200 } });
      const params = new URL(address).searchParams;
      if (params.get('state') !== attempt.state || !params.get('code')) throw new Error('the provider sent no code');
      return { ...attempt, code: params.get('code'), har: { log: { version: '1.2', creator: { name: 'test' }, entries } } };
    }
    const started = new Date().toISOString();
    const response = await fetch(address, {
      method: form ? 'POST' : 'GET', body: form, redirect: 'manual', headers: { cookie: [...jar].map(([n, v]) => `${n}=${v}`).join('; ') },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      jar.set(name, value);
    }
    const location = response.headers.get('location');
    entries.push({
      startedDateTime: started, time: 1, request: { method: form ? 'POST' : 'GET', url: address },
      response: { status: response.status, headers: location ? [{ name: 'Location', value: location }] : [] },
    });
    form = undefined;
    if (location) {
      address = new URL(location, address).href;
    } else { // the provider's page with its form
      const page = await response.text();
      const action = /<form[^>]* action="([^"]+)"/.exec(page);
      if (!action) throw new Error(`status ${response.status}: a page without a form`);
      form = new URLSearchParams({ prompt: page.includes('name="login"') ? 'login' : 'consent', login: 'jane', password: 'x' });
      address = new URL(action[1], address).href;
    }
  }
  throw new Error('the sign-in does not end');
}

/** What a relying party's server does with a code. */
async function exchange(call, issuer, { code, verifier }) {
  const response = await call(`${issuer}/oauth/token`, {
    method: 'POST', headers: { accept: 'application/json' },
    body: new URLSearchParams({
      grant_type: 'authorization_code', code, redirect_uri: client.redirect_uris[0], code_verifier: verifier, client_id: client.client_id, client_secret: client.client_secret,
    }),
  });
  const tokens = await response.json();
  await (await call(`${issuer}/oidc/jwks`, {})).json();
  await (await call(`${issuer}/api/public/v3/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } })).json();
  await (await call(`${issuer}/oauth/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'authorization_code', code: 'used', client_id: client.client_id, client_secret: client.client_secret }) })).json();
  return tokens;
}

const { server, issuer } = await start();
const signIns = [await signIn(issuer), await signIn(issuer)];
let lines = '';
const recorder = record(fetch, {
  out: { write: (line) => { lines += line; } }, clientId: client.client_id, hosts: [new URL(issuer).host], publicValues: client.redirect_uris,
});
const tokens = await exchange(recorder.fetch, issuer, signIns[1]);
await recorder.flush();
process.stdout.write(`${JSON.stringify({ issuer, client, person, signIns, lines, tokens })}\n`);
process.stdin.resume().on('end', () => { server.close(); server.closeAllConnections(); });
