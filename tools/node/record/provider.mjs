// A real OpenID provider (npm oidc-provider) that stands in for an identity provider's sandbox:
// its own sign-in and consent pages, invented test users, and the endpoint paths that partners see.

import { generateKeyPairSync } from 'node:crypto';
import https from 'node:https';

import { Provider } from 'oidc-provider';

import { close, listen, sites } from './hosts.mjs';
import { escapeHTML, randomValue, readForm, redirect, sendPage, sendStyle } from './page.mjs';

/** What the provider says when a person declines; partners must handle this very sentence. */
export const REFUSAL = 'The resource owner or authorization server denied the request';

/** The policy that both relying parties ask for beside `openid`. */
export const POLICY = 'fortified_identity';

/** Invented people. The label is what a partner may write down; everything else is personal data. */
export const testUsers = {
  'driver-licence': {
    password: 'Marigold-Teapot-41',
    claims: {
      sub: '6f0e6c5a3b9d4e7f8a1b2c3d4e5f6071',
      uuid: '6f0e6c5a3b9d4e7f8a1b2c3d4e5f6071',
      email: 'wilhelmina.oakhurst@mailbox.example',
      fname: 'Wilhelmina',
      lname: 'Oakhurst',
      birth_date: '1984-03-17',
      street: '4821 Juniper Hollow Road',
      city: 'Marblehead',
      state: 'OH',
      zip: '43440',
    },
  },
  passport: {
    password: 'Quarry-Lantern-77',
    claims: {
      sub: 'c2a4917be05d4f36b8d1e9f07a6b5c48',
      uuid: 'c2a4917be05d4f36b8d1e9f07a6b5c48',
      email: 'bartholomew.finch@mailbox.example',
      fname: 'Bartholomew',
      lname: 'Finch-Abernathy',
      birth_date: '1971-11-02',
      street: null,
      city: null,
      state: null,
      zip: null,
    },
  },
};

function accountByName(email, password) {
  return Object.values(testUsers).find((u) => u.claims.email === email && u.password === password);
}

function accountById(sub) {
  const user = Object.values(testUsers).find((u) => u.claims.sub === sub);
  return user && { accountId: sub, claims: async () => user.claims };
}

function signingKeys() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: randomValue(8), use: 'sig', alg: 'RS256' }] };
}

function configuration(clients) {
  return {
    clients: clients.map((client) => ({
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_post',
      ...client,
    })),
    responseTypes: ['code', 'id_token token'],
    scopes: ['openid', POLICY],
    claims: {
      openid: ['sub'],
      [POLICY]: ['uuid', 'email', 'fname', 'lname', 'birth_date', 'street', 'city', 'state', 'zip'],
    },
    routes: {
      authorization: '/oauth/authorize',
      token: '/oauth/token',
      jwks: '/oidc/jwks',
      userinfo: '/api/public/v3/userinfo',
    },
    // Whether PKCE is used is the relying party's choice here: one of them leaves it out on purpose.
    pkce: { required: () => false },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    cookies: { keys: [randomValue()] },
    jwks: signingKeys(),
    ttl: {
      AccessToken: 300, AuthorizationCode: 60, Grant: 3600, IdToken: 300, Interaction: 600, Session: 3600,
    },
    findAccount: async (_ctx, sub) => accountById(sub),
  };
}

function signInPage(res, uid, client, note = '') {
  sendPage(res, {
    title: 'Sign in',
    headers: { 'Cache-Control': 'no-store' },
    body: `<h1>Sign in</h1>
<p>${escapeHTML(client.clientName)} asks you to verify who you are.</p>
${note && `<p role="alert">${escapeHTML(note)}</p>`}
<form method="post" action="/interaction/${escapeHTML(uid)}/login">
<p><label>E-mail address <input type="email" name="email" autocomplete="username" required></label></p>
<p><label>Password <input type="password" name="password" autocomplete="current-password" required></label></p>
<p><button type="submit">Sign in</button></p>
</form>`,
  });
}

function consentPage(res, uid, client) {
  const links = [[client.policyUri, 'Privacy policy'], [client.tosUri, 'Terms of service']]
    .filter(([address]) => address)
    .map(([address, text]) => `<p><a href="${escapeHTML(address)}">${text}</a></p>`);
  sendPage(res, {
    title: 'Share your information',
    headers: { 'Cache-Control': 'no-store' },
    body: `<h1>Share your information</h1>
<p>${escapeHTML(client.clientName)} will receive your name, e-mail address, date of birth and address.</p>
${links.join('\n')}
<form method="post" action="/interaction/${escapeHTML(uid)}/consent"><button type="submit">Allow</button></form>
<form method="post" action="/interaction/${escapeHTML(uid)}/cancel"><button type="submit">Cancel</button></form>`,
  });
}

async function login(provider, req, res, uid, client) {
  const form = await readForm(req);
  const user = accountByName(form.get('email'), form.get('password'));
  if (!user) {
    signInPage(res, uid, client, 'That address and password do not belong together.');
    return;
  }
  await provider.interactionFinished(req, res, { login: { accountId: user.claims.sub } });
}

async function consent(provider, req, res, details) {
  const grant = new provider.Grant({ accountId: details.session.accountId, clientId: details.params.client_id });
  grant.addOIDCScope(details.params.scope);
  const grantId = await grant.save();
  await provider.interactionFinished(req, res, { consent: { grantId } });
}

async function interact(provider, req, res, path) {
  const [uid, step] = path.split('/').slice(2);
  const details = await provider.interactionDetails(req, res);
  const client = await provider.Client.find(details.params.client_id);
  switch (`${req.method} ${step ?? ''}`) {
    case 'GET ':
      if (details.prompt.name === 'login') signInPage(res, uid, client);
      else consentPage(res, uid, client);
      break;
    case 'POST login':
      await login(provider, req, res, uid, client);
      break;
    case 'POST consent':
      await consent(provider, req, res, details);
      break;
    case 'POST cancel':
      await provider.interactionFinished(
        req, res, { error: 'access_denied', error_description: REFUSAL }, { mergeWithLastSubmission: false },
      );
      break;
    default:
      redirect(res, `/interaction/${uid}`);
  }
}

/** Gives a policy's attributes to whoever holds an access token, also without an id_token. */
async function attributes(provider, req, res) {
  const [, bearer] = /^Bearer (.+)$/.exec(req.headers.authorization ?? '') ?? [];
  const token = bearer && await provider.AccessToken.find(bearer);
  const account = token && accountById(token.accountId);
  res.writeHead(account ? 200 : 401, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  res.end(JSON.stringify(account ? await account.claims() : { error: 'invalid_token' }));
}

/** Answers for the provider at `origin`; `proxied` tells that another server ends TLS before it. */
export function providerHandler(origin, clients, { proxied = false } = {}) {
  const provider = new Provider(origin, configuration(clients));
  provider.proxy = proxied;
  const handle = provider.callback();
  return (req, res) => {
    const path = new URL(req.url, origin).pathname;
    const refuse = () => {
      sendPage(res, { status: 400, title: 'Sign-in expired', body: '<h1>This sign-in has expired</h1>' });
    };
    if (path === '/site.css') sendStyle(res);
    else if (path.startsWith('/interaction/')) interact(provider, req, res, path).catch(refuse);
    else if (path === '/api/public/v3/attributes.json') attributes(provider, req, res).catch(refuse);
    else handle(req, res);
  };
}

/** Starts the provider for the given client registrations; resolves to a function that stops it. */
export async function startProvider(tls, clients) {
  const server = https.createServer(tls, providerHandler(sites.provider.origin, clients));
  await listen(server, sites.provider.port);
  return () => close(server);
}
