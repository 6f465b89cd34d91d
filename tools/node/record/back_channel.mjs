// The calls a relying party's server makes to the provider, kept as HAR entries: what a partner's own
// back-channel exporter would write.

import https from 'node:https';

import { loopbackLookup } from './hosts.mjs';

const LISTED = (headers) => Object.entries(headers).flatMap(
  ([name, value]) => [value].flat().map((one) => ({ name, value: String(one) })),
);

function harRequest(method, url, headers, body) {
  const request = {
    method,
    url: url.href,
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers: LISTED(headers),
    queryString: [...url.searchParams].map(([name, value]) => ({ name, value })),
    headersSize: -1,
    bodySize: body?.length ?? 0,
  };
  if (body !== undefined) {
    request.postData = {
      mimeType: headers['Content-Type'],
      text: body,
      params: [...new URLSearchParams(body)].map(([name, value]) => ({ name, value })),
    };
  }
  return request;
}

function harResponse(message, text) {
  return {
    status: message.statusCode,
    statusText: message.statusMessage,
    httpVersion: `HTTP/${message.httpVersion}`,
    cookies: [],
    headers: LISTED(message.headers),
    content: { size: Buffer.byteLength(text), mimeType: message.headers['content-type'] ?? '', text },
    redirectURL: message.headers.location ?? '',
    headersSize: -1,
    bodySize: Buffer.byteLength(text),
  };
}

function send(method, url, { headers, body, ca }) {
  return new Promise((resolve, reject) => {
    const req = https.request(url, { method, headers, ca, lookup: loopbackLookup, agent: false }, (message) => {
      const chunks = [];
      message.on('data', (chunk) => chunks.push(chunk));
      message.on('error', reject);
      message.on('end', () => resolve({ message, text: Buffer.concat(chunks).toString('utf8') }));
    });
    req.on('error', reject);
    req.end(body);
  });
}

/** A client that trusts one certificate and remembers each call until `take` collects them. */
export class BackChannel {
  #ca;

  #entries = [];

  constructor(ca) {
    this.#ca = ca;
  }

  /** Posts a form and returns the JSON answer; refuses any status but 200. */
  async post(address, form, headers = {}) {
    const body = new URLSearchParams(form).toString();
    return this.#call('POST', address, body, {
      Accept: 'application/json',
      'Content-Type': 'application/x-www-form-urlencoded',
      'Content-Length': String(Buffer.byteLength(body)),
      ...headers,
    });
  }

  /** Gets a JSON document; refuses any status but 200. */
  async get(address, headers = {}) {
    return this.#call('GET', address, undefined, { Accept: 'application/json', ...headers });
  }

  /** The entries since the last call, as one HAR document, oldest first. */
  take() {
    const entries = this.#entries;
    this.#entries = [];
    return { log: { version: '1.2', creator: { name: 'example-relying-party', version: '1.0.0' }, entries } };
  }

  async #call(method, address, body, headers) {
    const url = new URL(address);
    const started = new Date();
    const { message, text } = await send(method, url, { headers, body, ca: this.#ca });
    const time = Date.now() - started.getTime();
    this.#entries.push({
      startedDateTime: started.toISOString(),
      time,
      request: harRequest(method, url, { Host: url.host, ...headers }, body),
      response: harResponse(message, text),
      cache: {},
      timings: { send: 0, wait: time, receive: 0 },
    });
    if (message.statusCode !== 200) throw new Error(`${method} ${url.pathname} answered ${message.statusCode}`);
    return JSON.parse(text);
  }
}
