// Plain HTML pages and form bodies, as the provider and the relying parties of the recordings serve them.

import { randomBytes } from 'node:crypto';

const FORM_LIMIT = 64 * 1024;

/** Characters that would end a text or an attribute, as entities. */
export function escapeHTML(text) {
  return String(text).replace(/[&<>"']/g, (c) => `&#${c.codePointAt(0)};`);
}

/** Answers with a whole page. `body` is trusted markup: callers escape the values in it. */
export function sendPage(res, { status = 200, title, body, headers = {} }) {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHTML(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/site.css">
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
  res.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8', ...headers });
  res.end(html);
}

/** The one style sheet of every site here: it gives the browser a sub-request to make from each page. */
export function sendStyle(res) {
  res.writeHead(200, { 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': 'max-age=300' });
  res.end('body{font:1rem/1.5 sans-serif;margin:2rem;max-width:40rem}main{display:grid;gap:1rem}\n');
}

/** Answers 303 See Other. */
export function redirect(res, location, headers = {}) {
  res.writeHead(303, { Location: location, 'Content-Length': '0', ...headers });
  res.end();
}

/** Reads an urlencoded form body of at most 64 KiB. */
export async function readForm(req) {
  let text = '';
  for await (const chunk of req.setEncoding('utf8')) {
    text += chunk;
    if (text.length > FORM_LIMIT) throw new Error('form body is longer than 64 KiB');
  }
  return new URLSearchParams(text);
}

/** The value of a request cookie, or undefined. */
export function readCookie(req, name) {
  for (const pair of (req.headers.cookie ?? '').split(';')) {
    const [key, ...value] = pair.trim().split('=');
    if (key === name) return value.join('=');
  }
  return undefined;
}

/** A URL-safe random value of `bytes` bytes. */
export function randomValue(bytes = 32) {
  return randomBytes(bytes).toString('base64url');
}
