// Two small relying parties. `right` does what a provider asks of a partner before go-live; `faulty`
// makes the mistakes that reviews keep finding, each marked FAULT where it is made.

import { createHash } from 'node:crypto';
import https from 'node:https';

import { createLocalJWKSet, jwtVerify } from 'jose';

import { BackChannel } from './back_channel.mjs';
import { close, listen, sites } from './hosts.mjs';
import { escapeHTML, randomValue, readCookie, redirect, sendPage, sendStyle } from './page.mjs';
import { POLICY } from './provider.mjs';

const endpoints = {
  authorize: `${sites.provider.origin}/oauth/authorize`,
  token: `${sites.provider.origin}/oauth/token`,
  jwks: `${sites.provider.origin}/oidc/jwks`,
  userinfo: `${sites.provider.origin}/api/public/v3/userinfo`,
};

// __Host- binds a cookie to this very host: Secure, Path=/ and no Domain.
const PENDING = '__Host-signin';
const SESSION = '__Host-session';
const FLAGS = 'Path=/; Secure; HttpOnly; SameSite=Lax';
const SIGN_IN_SECONDS = 600;
const SESSION_SECONDS = 3600;

const CAREFUL = {
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=31536000',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
};

function authorizeURL(params) {
  return `${endpoints.authorize}?${new URLSearchParams(params)}`;
}

function exchange(channel, client, form) {
  return channel.post(endpoints.token, {
    grant_type: 'authorization_code',
    redirect_uri: client.redirect_uris[0],
    client_id: client.client_id,
    client_secret: client.client_secret,
    ...form,
  });
}

function userinfo(channel, accessToken) {
  return channel.get(endpoints.userinfo, { Authorization: `Bearer ${accessToken}` });
}

/** State, nonce and PKCE bound to this browser; code exchanged by the server; errors answered with a way on. */
class Right {
  #pending = new Map();

  #sessions = new Map();

  constructor(client, channel) {
    this.client = client;
    this.channel = channel;
  }

  async handle(req, res, url) {
    switch (url.pathname) {
      case '/': return this.#start(res);
      case '/sign-in': return this.#signIn(res);
      case '/auth/callback': return this.#callback(req, res, url.searchParams);
      case '/account': return this.#account(req, res);
      case '/sign-in/not-completed': return this.#notCompleted(res);
      case '/help': return this.#help(res);
      case '/privacy': return this.#notice(res, 'Privacy policy');
      case '/terms': return this.#notice(res, 'Terms of service');
      default: return sendPage(res, { status: 404, title: 'Not found', body: '<h1>Not found</h1>', headers: CAREFUL });
    }
  }

  #start(res) {
    sendPage(res, {
      title: 'Lakeshore Benefits',
      headers: CAREFUL,
      body: `<h1>Lakeshore Benefits</h1>
<p>Before you apply for benefits we ask our identity provider to verify who you are.</p>
<p><a href="/sign-in">Verify my identity</a></p>
<p><a href="/help">What is identity verification?</a></p>`,
    });
  }

  #signIn(res) {
    const id = randomValue();
    const attempt = { state: randomValue(), nonce: randomValue(), verifier: randomValue() };
    this.#pending.set(id, attempt);
    redirect(res, authorizeURL({
      response_type: 'code',
      client_id: this.client.client_id,
      redirect_uri: this.client.redirect_uris[0],
      scope: `openid ${POLICY}`,
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: createHash('sha256').update(attempt.verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }), { ...CAREFUL, 'Set-Cookie': `${PENDING}=${id}; ${FLAGS}; Max-Age=${SIGN_IN_SECONDS}` });
  }

  async #callback(req, res, params) {
    const id = readCookie(req, PENDING);
    const attempt = this.#pending.get(id);
    this.#pending.delete(id); // one attempt, one callback
    const forget = `${PENDING}=; ${FLAGS}; Max-Age=0`;
    const giveUp = () => redirect(res, '/sign-in/not-completed', { ...CAREFUL, 'Set-Cookie': forget });

    const issuer = params.get('iss') ?? sites.provider.origin;
    if (!attempt || params.get('state') !== attempt.state || issuer !== sites.provider.origin) return giveUp();
    if (params.has('error') || !params.has('code')) return giveUp();

    let person;
    try {
      person = await this.#person(params.get('code'), attempt);
    } catch {
      return giveUp();
    }
    const session = randomValue();
    this.#sessions.set(session, person);
    return redirect(res, '/account', {
      ...CAREFUL,
      'Set-Cookie': [forget, `${SESSION}=${session}; ${FLAGS}; Max-Age=${SESSION_SECONDS}`],
    });
  }

  async #person(code, attempt) {
    const tokens = await exchange(this.channel, this.client, { code, code_verifier: attempt.verifier });
    const keys = createLocalJWKSet(await this.channel.get(endpoints.jwks));
    const { payload } = await jwtVerify(tokens.id_token, keys, {
      issuer: sites.provider.origin, audience: this.client.client_id, algorithms: ['RS256'],
    });
    if (payload.nonce !== attempt.nonce) throw new Error('the id_token carries another nonce');
    const claims = await userinfo(this.channel, tokens.access_token);
    if (claims.sub !== payload.sub) throw new Error('userinfo is about another subject');
    return claims;
  }

  #account(req, res) {
    const person = this.#sessions.get(readCookie(req, SESSION));
    if (!person) return redirect(res, '/', CAREFUL);
    const address = person.street === null
      ? 'No address came with your document; you can add one later.'
      : 'Your address was confirmed.';
    return sendPage(res, {
      title: 'Your account',
      headers: CAREFUL,
      body: `<h1>Your identity is verified</h1>
<p>Welcome, ${escapeHTML(person.fname)} ${escapeHTML(person.lname)}.</p>
<p>${address}</p>
<p><a href="/help">Help</a></p>`,
    });
  }

  #notCompleted(res) {
    sendPage(res, {
      title: 'Verification not completed',
      headers: CAREFUL,
      body: `<h1>Your identity was not verified</h1>
<p>You stopped before sharing your information, or the attempt took too long. Nothing was stored.</p>
<p><a href="/sign-in">Try again</a></p>
<p><a href="/help">Get help or verify another way</a></p>`,
    });
  }

  #help(res) {
    sendPage(res, {
      title: 'Help',
      headers: CAREFUL,
      body: '<h1>Help with verification</h1><p>Verification takes about five minutes and one identity document.</p>',
    });
  }

  #notice(res, title) {
    sendPage(res, {
      title, headers: CAREFUL, body: `<h1>${title}</h1><p>Your information is used for your application only.</p>`,
    });
  }
}

/** The same sign-in with the mistakes in it. */
class Faulty {
  constructor(client, channel) {
    this.client = client;
    this.channel = channel;
  }

  async handle(_req, res, url) {
    switch (url.pathname) {
      case '/': return this.#start(res);
      case '/login': return this.#login(res);
      case '/callback': return this.#callback(res, url.searchParams);
      default: return sendPage(res, { status: 404, title: 'Not found', body: '<h1>Not found</h1>' });
    }
  }

  #start(res) {
    sendPage(res, {
      title: 'Quickpass Tickets',
      body: '<h1>Quickpass Tickets</h1><p>Verified visitors pay less.</p><p><a href="/login">Verify my identity</a></p>',
    });
  }

  #login(res) {
    // FAULT: four digits of state, kept nowhere; no nonce; no PKCE.
    const state = String(Math.floor(1000 + Math.random() * 9000));
    redirect(res, authorizeURL({
      response_type: 'code',
      client_id: this.client.client_id,
      redirect_uri: this.client.redirect_uris[0],
      scope: `openid ${POLICY}`,
      state,
    }));
  }

  async #callback(res, params) {
    // FAULT: the state that comes back is looked at by nobody.
    if (params.has('error')) {
      // FAULT: the raw error is the whole page, with no way on.
      sendPage(res, {
        title: 'Error',
        body: `<h1>Error</h1><pre>${escapeHTML(params.get('error'))}: ${escapeHTML(params.get('error_description') ?? '')}</pre>`,
      });
      return;
    }
    const tokens = await exchange(this.channel, this.client, { code: params.get('code') });
    const person = await userinfo(this.channel, tokens.access_token);
    // FAULT: the page is answered at the address that carries the code, so its style sheet is asked for
    // with the code in the Referer; the session cookie has no flags; nothing forbids caching.
    sendPage(res, {
      title: 'Welcome',
      headers: { 'Set-Cookie': `session=${randomValue(16)}; Path=/` },
      body: `<h1>Welcome, ${escapeHTML(person.fname)}</h1><p>Your discount has been applied to your basket.</p>`,
    });
  }
}

const behaviours = { right: Right, faulty: Faulty };

/** How the provider knows the relying party `name`, less the secret, which is new with each recording. */
export function registration(name) {
  const { origin } = sites[name];
  return {
    right: {
      client_id: '5d1f0c7be24a49d08c6a3f92b7e81d04',
      client_name: 'Lakeshore Benefits',
      redirect_uris: [`${origin}/auth/callback`],
      policy_uri: `${origin}/privacy`,
      tos_uri: `${origin}/terms`,
    },
    faulty: { // FAULT: neither a privacy policy nor terms of service for the consent page
      client_id: 'a80b3e6f91c74d52bd07e4c1f6923a5b',
      client_name: 'Quickpass Tickets',
      redirect_uris: [`${origin}/callback`],
    },
  }[name];
}

/** Starts the relying party `name`; resolves to { stop, takeBackChannel }. */
export async function startRelyingParty(name, tls, client) {
  const channel = new BackChannel(tls.cert);
  const behaviour = new behaviours[name](client, channel);
  const server = https.createServer(tls, (req, res) => {
    const url = new URL(req.url, sites[name].origin);
    if (url.pathname === '/site.css') {
      sendStyle(res);
      return;
    }
    behaviour.handle(req, res, url).catch(() => {
      if (!res.headersSent) sendPage(res, { status: 500, title: 'Error', body: '<h1>Internal server error</h1>' });
      else res.destroy();
    });
  });
  await listen(server, sites[name].port);
  return { stop: () => close(server), takeBackChannel: () => channel.take() };
}
