// Records the calls that a relying party's server makes to the identity provider, as back-channel JSON
// lines of format 1 (docs/back_channel.md). It redacts before anything is written. It is an example to
// copy: Node 20 or newer, no dependencies, two files.
//
//   const recorder = record(fetch, { out: createWriteStream('calls.jsonl', { flags: 'a' }), clientId: 'abc', hosts: ['api.id.me'] });
//   const response = await recorder.fetch('https://api.id.me/oauth/token', { method: 'POST', body });
//   await recorder.flush(); // before the process ends

import { KEPT_HEADERS, Redactor } from './redact.mjs';

/** The environment variable with the round's key, as the test run's page shows it: its name, a colon, 64 hexadecimal digits. */
export const VARIABLE = 'PROOFWALK_ROUND_KEY';

const ROUND_KEY = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z2-7]{26}):([0-9a-f]{64})$/;
const NO_BODY = { text: '', size: 0, cut: false };

const headersOf = (headers) => KEPT_HEADERS.flatMap((name) => (headers.has(name) ? [[name, headers.get(name)]] : []));

/** Reads at most `limit` bytes of a stream. */
async function beginning(stream, limit) {
  if (!stream) return NO_BODY;
  const reader = stream.getReader();
  const chunks = [];
  let size = 0;
  let cut = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      chunks.push(value);
      if (size > limit) {
        cut = true;
        reader.cancel().catch(() => {}); // which ends only when the caller is done as well
        break;
      }
    }
  } catch {
    cut = true; // the caller gave up, or the connection broke
  }
  return { text: Buffer.concat(chunks).subarray(0, limit).toString('utf8'), size, cut };
}

/** What a body says that can be read without using it up; of any other its beginning is unknown. */
function bodyOf(body, limit) {
  if (body === undefined || body === null) return NO_BODY;
  let bytes;
  if (typeof body === 'string' || body instanceof URLSearchParams) bytes = Buffer.from(String(body));
  else if (body instanceof Uint8Array) bytes = Buffer.from(body);
  else return { text: '', size: 0, cut: true };
  return { text: bytes.subarray(0, limit).toString('utf8'), size: bytes.length, cut: bytes.length > limit };
}

/** What is asked, as fetch would take it; a Request is cloned, so that the caller's stays unread. */
async function asked(input, init, limit) {
  const request = input instanceof Request ? input : undefined;
  const headers = new Headers(init?.headers ?? request?.headers);
  const body = init?.body ?? undefined;
  if (body instanceof URLSearchParams && !headers.has('content-type')) headers.set('content-type', 'application/x-www-form-urlencoded;charset=UTF-8');
  return {
    method: (init?.method ?? request?.method ?? 'GET').toUpperCase(),
    url: request ? request.url : String(input),
    requestHeaders: headersOf(headers),
    requestBody: body === undefined && request?.body ? await beginning(request.clone().body, limit) : bodyOf(body, limit),
  };
}

/**
 * Wraps fetch. `out` takes one line with each write. Without a round's key nothing is recorded. What fetch
 * gives is handed on as it is. Of redirects that fetch follows by itself only the last answer is seen.
 */
export function record(fetch, { out, roundKey = process.env[VARIABLE] ?? '', bodyLimit = 64 * 1024, ...publicOptions }) {
  if (roundKey === '') return { fetch, flush: async () => {} };
  const parts = ROUND_KEY.exec(roundKey);
  if (!parts || !out) throw new Error(`${VARIABLE} is not in the form in which the test run's page shows it`);
  const redactor = new Redactor(parts[1], Buffer.from(parts[2], 'hex'), publicOptions);
  const pending = new Set();

  const write = async (seen, started, response) => {
    const exchange = { ...(await seen), started, failed: !response };
    if (response) {
      exchange.status = response.status;
      exchange.responseHeaders = headersOf(response.headers);
      exchange.responseBody = await beginning(response.body, bodyLimit);
    }
    out.write(redactor.line({ ...exchange, time: Date.now() - started.getTime() }));
  };
  const later = (...args) => {
    const task = write(...args).catch(() => {}).finally(() => pending.delete(task)); // recording never fails a call
    pending.add(task);
  };

  const recorded = async (input, given) => {
    const started = new Date();
    const once = typeof given?.headers?.next === 'function'; // an iterator is read one time only
    const init = once ? { ...given, headers: [...given.headers] } : given;
    const seen = asked(input, init, bodyLimit);
    seen.catch(() => {});
    let response;
    try {
      response = await fetch(input, init);
    } catch (error) {
      later(seen, started);
      throw error;
    }
    try {
      later(seen, started, response.clone());
    } catch { /* what cannot be cloned is not recorded */ }
    return response;
  };
  return { fetch: recorded, flush: async () => { await Promise.all(pending); } };
}
