// The small site that the format samples are recorded from: one sign-in over three hosts of loopback
// (each another site to the browser), with what exporters treat differently: redirects that set cookies,
// a posted form, JSON both ways, an Authorization header, a fragment, a picture, a request that fails.
// Every name, token and message in it is made up.

import { createServer } from 'node:http';

import { close, listen } from '../record/hosts.mjs';

const PORT = 8091;

export const start = `http://sp.localhost:${PORT}/`;
const idp = `http://idp.localhost:${PORT}`;
const dead = 'http://dead.localhost:9'; // the discard port: browsers refuse it or nobody listens

const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64',
);

/** An unsigned response for nobody: enough for a reader to see that it is one. */
const samlResponse = Buffer.from(
  `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"
 ID="_r0000000000000001" InResponseTo="_q0000000000000001" Version="2.0" Destination="${start}acs">
<saml:Issuer>${idp}/metadata</saml:Issuer>
<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
<saml:Assertion ID="_a0000000000000001" Version="2.0"><saml:Issuer>${idp}/metadata</saml:Issuer>
<saml:Subject><saml:NameID>nobody@example.com</saml:NameID></saml:Subject>
<saml:AttributeStatement><saml:Attribute Name="street"><saml:AttributeValue>Made-up-street 17</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>
</saml:Assertion></samlp:Response>`,
).toString('base64');

const page = (title, body) => `<!doctype html><html lang="en"><title>${title}</title><h1>${title}</h1>${body}</html>\n`;

const callback = `${start}cb`;
const request = new URLSearchParams({
  response_type: 'code', client_id: 'sample-client', redirect_uri: callback, scope: 'openid', state: 'st-0123456789abcdef0123456789', nonce: 'no-0123456789abcdef0123456789',
});
const answer = new URLSearchParams({ code: 'co-fedcba9876543210fedcba9876', state: request.get('state') });

const routes = {
  'GET sp.localhost/': () => [200, {}, page('Start', '<p><a id="go" href="/login">Sign in</a></p><img src="/dot.png" alt="">')],
  'GET sp.localhost/dot.png': () => [200, { 'Content-Type': 'image/png' }, picture],
  'GET sp.localhost/login': () => [302, {
    Location: `${idp}/authorize?${request}`, 'Set-Cookie': ['sp_state=cookie-one-0123456789; Path=/; HttpOnly; SameSite=Lax', 'sp_lang=en; Path=/'],
  }],
  'GET idp.localhost/authorize': () => [200, { 'Set-Cookie': 'idp_session=cookie-two-0123456789; Path=/; HttpOnly' }, page('Sign in', `
<form method="post" action="/authorize"><input name="email" value="nobody@example.com"><input name="password" type="password" value="made-up-password">
<button id="send">Sign in</button></form>`)],
  'POST idp.localhost/authorize': () => [303, { Location: `${callback}?${answer}` }],
  'GET sp.localhost/cb': () => [302, { Location: '/account#welcome', 'Set-Cookie': 'sp_session=cookie-three-0123456789; Path=/; HttpOnly; SameSite=Lax' }],
  'GET sp.localhost/account': () => [200, { 'Cache-Control': 'no-store' }, page('Account', `
<p id="told">Loading</p><form id="saml" method="post" action="/acs"><input type="hidden" name="SAMLResponse" value="${samlResponse}">
<input type="hidden" name="RelayState" value="relay-0123456789abcdef"><button id="post">Go on</button></form>
<script src="/app.js"></script>`)],
  'GET sp.localhost/app.js': () => [200, { 'Content-Type': 'text/javascript' }, `
const told = document.getElementById('told');
const call = () => fetch('/api/me', { method: 'POST', headers: { 'Content-Type': 'application/json', Authorization: 'Bearer made-up-token-0123456789' }, body: JSON.stringify({ want: ['email'] }) });
fetch('${dead}/').catch(() => call()).then(r => r.json()).then(me => { told.textContent = 'Hello ' + me.name; });
`],
  'POST sp.localhost/api/me': () => [200, { 'Content-Type': 'application/json' }, JSON.stringify({ name: 'Nobody Example', email: 'nobody@example.com' })],
  'POST sp.localhost/acs': () => [200, {}, page('Done', '<p>Your identity is verified in this made-up site, and nothing of it is real.</p>')],
};

/** Starts the site; gives a function that stops it. */
export async function startSite() {
  const server = createServer((req, res) => {
    const { hostname, pathname } = new URL(req.url, `http://${req.headers.host}`);
    const [status, headers, body] = routes[`${req.method} ${hostname}${pathname}`]?.() ?? [404, {}, ''];
    req.resume();
    req.on('end', () => {
      res.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8', ...headers });
      res.end(body);
    });
  });
  await listen(server, PORT);
  return () => close(server);
}
