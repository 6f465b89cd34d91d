// What the extension SAML-tracer would export of a recorded sign-in, by the rules read in its source
// (github.com/simplesamlphp/SAML-tracer: SAMLTrace.js, SAMLTraceIO.js, export profile 1, nothing filtered).
// It is no export by the extension itself, which could not be had here.

const pairs = (text) => [...new URLSearchParams(text)];

function traced(entry, index) {
  const { method, url, headers, postData } = entry.request;
  const form = postData?.mimeType.startsWith('application/x-www-form-urlencoded') ? pairs(postData.text) : undefined;
  const saml = form?.find(([name]) => name === 'SAMLResponse')?.[1];
  const { status, statusText, httpVersion } = entry.response;
  const plain = ({ name, value }) => ({ name, value });
  return {
    method,
    url,
    requestId: String(100 + index),
    requestHeaders: headers.map(plain),
    ...(method === 'GET' ? { get: pairs(new URL(url).search) } : {}),
    ...(form ? { postData: Object.fromEntries(form.map(([name, value]) => [name, [value]])), post: form } : {}),
    ...(saml ? { protocol: 'SAML-P', saml: Buffer.from(saml, 'base64').toString() } : {}),
    responseStatus: status,
    responseStatusText: `${httpVersion} ${status} ${statusText}`,
    responseHeaders: entry.response.headers.map(plain),
  };
}

/** Gives the export of all requests of a HAR's log. */
export function samlTrace(log) {
  return { requests: log.entries.map(traced), timestamp: log.entries.at(-1).startedDateTime };
}
