// Redacts one exchange to a back-channel JSON line of format 1 (docs/back_channel.md): what these lists
// do not name is left out, tokens and codes become keyed pseudonyms. The Go example beside this one writes
// the same lines.

import { createHash, createHmac } from 'node:crypto';

const words = (text) => new Set(text.split(/\s+/));

// What may be written, by name. A name that is in none of these is left out.
const HASHED = new Map(Object.entries({
  code: 'code', state: 'state', nonce: 'nonce', code_challenge: 'pkce', code_verifier: 'pkce',
  access_token: 'token', refresh_token: 'token', id_token: 'token', id_token_hint: 'token', token: 'token',
  client_assertion: 'token', at_hash: 'token', c_hash: 'token', sid: 'sid', session_state: 'sid', jti: 'sid',
  kid: 'id', azp: 'id', client_id: 'id', aud: 'id',
}));
const PERSONAL = words('username email phone phone_number name given_name family_name middle_name nickname preferred_username'
  + ' birthdate birth_date street city zip postal_code street_address region locality country address first_name last_name fname'
  + ' lname mname social ssn gender zoneinfo picture uuid identifier value login_hint');
const SECRETS = words('password client_secret api_key');
const ERRORS = words('invalid_request invalid_client invalid_grant unauthorized_client unsupported_grant_type invalid_scope'
  + ' invalid_token insufficient_scope access_denied server_error temporarily_unavailable');
const CLOSED = new Map(Object.entries({
  grant_type: words('authorization_code refresh_token client_credentials'), token_type: words('Bearer bearer DPoP'),
  response_type: words('code token id_token'), code_challenge_method: words('S256 plain'),
  token_type_hint: words('access_token refresh_token'),
  client_assertion_type: words('urn:ietf:params:oauth:client-assertion-type:jwt-bearer'),
  typ: words('JWT at+jwt logout+jwt'),
  alg: words('none HS256 HS384 HS512 RS256 RS384 RS512 ES256 ES384 ES512 PS256 PS384 PS512 EdDSA'),
  error: ERRORS,
}));
const DURATIONS = words('expires_in max_age interval');
const MOMENTS = words('exp iat nbf auth_time updated_at');
const ADDRESSES = words('redirect_uri post_logout_redirect_uri iss issuer authorization_endpoint token_endpoint'
  + ' userinfo_endpoint jwks_uri end_session_endpoint introspection_endpoint revocation_endpoint');
const STRUCTURE = words('attributes handle verified keys data items userinfo user email_verified phone_number_verified');
const HANDLES = words('fname lname mname email birth_date social phone street city state zip country uuid group identifier gender age');
const SCOPES = words('openid profile email address phone offline_access');
const SEGMENTS = words('.well-known openid-configuration jwks jwks.json keys oauth oauth2 oidc openid connect authorize token'
  + ' userinfo userinfo.json attributes.json introspect introspection revoke revocation session api public v1 v2 v3 callback');
const METHODS = words('GET POST PUT PATCH DELETE HEAD OPTIONS');
const MEDIA_TYPES = words('application/json application/jwt application/x-www-form-urlencoded application/problem+json'
  + ' application/jwk-set+json application/xml text/html text/plain');
const CACHE_WORD = /^(no-store|no-cache|private|public|must-revalidate|max-age=(0|[1-9][0-9]{0,4}))$/;
const RANDOM_ID = /^([0-9a-f]{32,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
export const KEPT_HEADERS = ['accept', 'authorization', 'cache-control', 'content-type', 'location', 'pragma', 'www-authenticate'];

// More than this of a body is left out.
const MOST_DEPTH = 8;
const MOST_ITEMS = 50;
const MOST_VALUES = 500;

const NAMES = [HASHED, CLOSED, PERSONAL, SECRETS, DURATIONS, MOMENTS, ADDRESSES, STRUCTURE, words('error_description sub scope')];
const known = (name) => NAMES.some((list) => list.has(name));
const word = (list, value) => (list?.has(value) ? value : '~str');
const ofName = (headers, name) => headers.find(([one]) => one === name)?.[1] ?? '';

function mediaType(value) {
  const [type, ...params] = value.split(';');
  const kind = type.trim().toLowerCase();
  if (kind === '') return '';
  if (!MEDIA_TYPES.has(kind)) return 'application/octet-stream';
  return params.join(';').toLowerCase().includes('charset=utf-8') ? `${kind}; charset=utf-8` : kind;
}

const isJSON = (kind) => kind.split(';')[0].endsWith('json');

/** Rounds a size down to three digits. */
function threeDigits(n) {
  let unit = 1;
  while (n / unit >= 1000) unit *= 10;
  return Math.floor(n / unit) * unit;
}

/** Keeps the scheme and the error code, RFC 6750 section 3. */
function challenge(value) {
  const [scheme, ...rest] = value.split(' ');
  if (!['Bearer', 'DPoP', 'Basic'].includes(scheme)) return '~str';
  const code = [...ERRORS].sort().find((one) => rest.join(' ').includes(`error="${one}"`));
  return code ? `${scheme} error="${code}"` : scheme;
}

/** Gives header, claims and signature of a signed token, undefined for any other. */
function splitToken(token) {
  const parts = typeof token === 'string' ? token.split('.') : [];
  if (parts.length !== 3) return undefined;
  try {
    const [head, claims] = parts.slice(0, 2).map((part) => {
      if (!/^[A-Za-z0-9_-]*$/.test(part)) throw new Error('no base64url');
      return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    });
    const isObject = (v) => v !== null && typeof v === 'object' && !Array.isArray(v);
    return isObject(head) && isObject(claims) ? { head, claims, signature: parts[2] } : undefined;
  } catch {
    return undefined;
  }
}

/** OpenID Connect Core 3.1.3.6 and 3.3.2.11. */
function halfHash(alg, value) {
  const bits = typeof alg === 'string' && alg.length === 5 ? alg.slice(2) : '';
  if (!value || !['256', '384', '512'].includes(bits)) return '';
  const sum = createHash(`sha${bits}`).update(value).digest();
  return sum.subarray(0, sum.length / 2).toString('base64url');
}

function base32(bytes) {
  let out = '';
  for (let bit = 0; bit < bytes.length * 8; bit += 5) {
    const two = (bytes[bit >> 3] << 8) | (bytes[(bit >> 3) + 1] ?? 0);
    out += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[(two >> (11 - (bit & 7))) & 31];
  }
  return out;
}

function decoded(text) {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

const escape = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** Redacts for one round. */
export class Redactor {
  #round;

  #key;

  #client;

  #hosts;

  #public;

  #scopes;

  #handles;

  constructor(round, key, { clientId = '', hosts = [], publicValues = [], scopes = [], attributes = [] } = {}) {
    this.#round = round;
    this.#key = key;
    this.#client = clientId;
    this.#hosts = new Set(hosts);
    this.#public = new Set(publicValues);
    this.#scopes = new Set([...SCOPES, ...scopes]);
    this.#handles = new Set([...HANDLES, ...attributes]);
  }

  /** Gives the line, with its newline. Bodies are { text, size, cut }; without an answer there is no status. */
  line({ started, time, method, url, requestHeaders, requestBody, status, responseHeaders, responseBody, failed }) {
    const facts = {};
    const now = Math.floor(started.getTime() / 1000);
    const walk = { now, facts, code: '', count: 0 };
    const request = { method: word(METHODS, method), url: this.#address(url, true), headers: this.#headers(requestHeaders) };
    const kind = mediaType(ofName(requestHeaders, 'content-type'));
    if (!requestBody.cut && kind.startsWith('application/x-www-form-urlencoded')) {
      const form = this.#fields(requestBody.text, walk);
      if (form.length > 0) request.form = form;
    } else if (!requestBody.cut && isJSON(kind)) {
      const json = this.#json(requestBody.text, { now, count: 0 });
      if (json) request.json = json;
    }
    request.bytes = threeDigits(requestBody.size);
    const out = { back_channel: 1, round: this.#round, started: started.toISOString(), time, request };
    if (status) {
      const json = isJSON(mediaType(ofName(responseHeaders, 'content-type'))) ? this.#json(responseBody.text, walk) : '';
      if (responseBody.cut && !json) facts.body_truncated = true; // JSON that is whole ends by itself
      out.response = { status, headers: this.#headers(responseHeaders), ...(json && { json }), bytes: threeDigits(responseBody.size) };
    }
    if (failed) out.failed = true;
    const names = Object.keys(facts).sort();
    if (names.length > 0) out.facts = Object.fromEntries(names.map((name) => [name, facts[name]]));
    return `${JSON.stringify(out)}\n`;
  }

  /** The pseudonym of a value with room enough, docs/redacted_har.md; of any other nothing that could be compared. */
  #hash(cls, value) {
    const isShort = Buffer.byteLength(value) < 20 || new Set(value).size < 10;
    if (isShort || !/[A-Za-z]/.test(value) || /[@ ]/.test(value)) return '~str';
    const sum = createHmac('sha256', this.#key).update(value).digest();
    return `~${cls}.${base32(sum.subarray(0, 10))}`;
  }

  #value(name, value) {
    if (value === '') return '';
    if (PERSONAL.has(name)) return '~pii';
    if (SECRETS.has(name)) return '~secret';
    if (name === 'error_description') return '~text';
    if (name === 'sub') return RANDOM_ID.test(value) ? this.#hash('sub', value) : '~pii';
    if (name === 'scope') return value.split(/\s+/).filter(Boolean).map((one) => word(this.#scopes, one)).join(' ');
    if (name === 'handle') return word(this.#handles, value);
    if ((name === 'client_id' || name === 'aud') && value === this.#client) return value;
    if (ADDRESSES.has(name)) return this.#address(value, false);
    if (HASHED.has(name)) return this.#hash(HASHED.get(name), value);
    return word(CLOSED.get(name), value);
  }

  /** Keeps the declared host and known path segments, and known parameters of an address that stands by itself. */
  #address(value, query) {
    if (this.#public.has(value)) return value;
    const parts = /^(https?):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?/.exec(value);
    if (!parts) return '~opaque';
    let host = parts[2].toLowerCase();
    const at = host.lastIndexOf('@');
    host = host.slice(at + 1);
    if (!this.#hosts.has(host) && !this.#hosts.has(host.split(':')[0])) host = 'host-0.invalid';
    const path = parts[3].split('/').slice(0, MOST_ITEMS / 2).map((one) => (one === '' ? one : word(SEGMENTS, one)));
    const out = `${parts[1]}://${at >= 0 ? '~userinfo@' : ''}${host}${path.join('/')}`;
    if (!query) return out;
    return out + this.#fields(parts[4] ?? '').map(([name, one], i) => `${i ? '&' : '?'}${escape(name)}=${escape(one)}`).join('');
  }

  /** Redacts the parameters of a form or query; walk takes the clear code. */
  #fields(text, walk) {
    const out = [];
    for (const field of text.split('&')) {
      const cut = field.indexOf('=');
      const name = decoded(cut < 0 ? field : field.slice(0, cut));
      const value = decoded(cut < 0 ? '' : field.slice(cut + 1));
      if (name === undefined || value === undefined || !known(name) || out.length >= MOST_ITEMS) continue;
      out.push([name, this.#value(name, value)]);
      if (name === 'code' && walk) walk.code = value;
      if (name === 'code_verifier') { // so that it compares with the challenge
        out.push(['code_verifier.s256', this.#hash('pkce', createHash('sha256').update(value).digest('base64url'))]);
      }
    }
    return out;
  }

  #headers(list) {
    const kinds = {
      accept: (v) => word(words('application/json */*'), v),
      'content-type': mediaType,
      authorization: (v) => this.#credentials(v),
      'cache-control': (v) => this.#cache(v),
      pragma: (v) => this.#cache(v),
      location: (v) => this.#address(v, true),
      'www-authenticate': challenge,
    };
    return list.filter(([name]) => KEPT_HEADERS.includes(name)).map(([name, value]) => [name, kinds[name](value)]);
  }

  #cache(value) {
    const list = value.split(/[, ]/).filter(Boolean);
    return list.every((one) => CACHE_WORD.test(one)) ? list.join(', ') : '~str';
  }

  #credentials(value) {
    const [scheme, ...rest] = value.split(' ');
    if (scheme === 'Bearer' || scheme === 'DPoP') return `${scheme} ${this.#hash('token', rest.join(' '))}`;
    return scheme === 'Basic' ? 'Basic ~secret' : '~secret';
  }

  /** The skeleton of a JSON body: known names in alphabetical order, an ID token followed by its header and claims. */
  #json(text, walk) {
    let value;
    try {
      value = JSON.parse(text);
    } catch {
      return '';
    }
    return value !== null && typeof value === 'object' ? this.#any('', value, 0, walk) : '';
  }

  #any(name, value, depth, walk) {
    walk.count += 1;
    if (Array.isArray(value)) {
      const items = [];
      for (const one of value.slice(0, MOST_ITEMS)) {
        if (depth < MOST_DEPTH && walk.count < MOST_VALUES) items.push(this.#any(name, one, depth + 1, walk));
      }
      return `[${items.join(',')}]`;
    }
    if (value === null) return 'null';
    if (typeof value === 'object') return this.#object(value, depth, walk);
    if (typeof value === 'string') return JSON.stringify(this.#value(name, value));
    return typeof value === 'boolean' ? String(value) : this.#number(name, value, walk);
  }

  #object(object, depth, walk) {
    const members = [];
    for (const name of Object.keys(object).sort()) {
      if (!known(name) || depth >= MOST_DEPTH || walk.count >= MOST_VALUES) continue;
      members.push(`${JSON.stringify(name)}:${this.#any(name, object[name], depth + 1, walk)}`);
      const token = name === 'id_token' ? splitToken(object.id_token) : undefined;
      if (token) {
        members.push(`"id_token.header":${this.#object(token.head, depth + 1, walk)}`);
        members.push(`"id_token.claims":${this.#object(token.claims, depth + 1, walk)}`);
        this.#tokenFacts(token, object.access_token, walk);
      }
    }
    return `{${members.join(',')}}`;
  }

  /** Keeps seconds: of a duration as they are, of a moment relative to the exchange. */
  #number(name, value, { now }) {
    if (Number.isInteger(value)) {
      if (DURATIONS.has(name) && value >= 0 && value < 100_000) return String(value);
      if (MOMENTS.has(name) && Math.abs(value - now) <= 99_999_999) return String(value - now);
    }
    return '"~num"';
  }

  /** Computes what needs the clear token; all else is computed from the redacted line. */
  #tokenFacts({ head, claims, signature }, access, { facts, code }) {
    if (!facts) return;
    facts.id_token_unsigned = signature === '';
    for (const [fact, claim, of] of [['at_hash_ok', 'at_hash', typeof access === 'string' ? access : ''], ['c_hash_ok', 'c_hash', code]]) {
      const want = halfHash(head.alg, of);
      if (typeof claims[claim] === 'string' && claims[claim] !== '' && want) facts[fact] = claims[claim] === want;
    }
  }
}
