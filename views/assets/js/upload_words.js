// Words and figures of the upload page.

const exporters = {
  chrome: "Chrome or Edge", firefox: "Firefox", safari: "Safari", playwright: "Playwright", charles: "Charles",
  fiddler: "Fiddler", mitmproxy: "mitmproxy", saml_tracer: "SAML-tracer", back_channel: "your server", proofwalk: "Proofwalk",
};

function number(n) { return n.toLocaleString("en-US"); }

function plural(n, one, many) { return number(n) + " " + (n === 1 ? one : many); }

// size in the same words as the server's pages.
function size(bytes) {
  if (bytes >= 1 << 20) return (bytes / (1 << 20)).toFixed(1) + " MB";
  if (bytes >= 1 << 10) return (bytes / (1 << 10)).toFixed(1) + " KB";
  return plural(bytes, "byte", "bytes");
}

function total(report) { return report.items.reduce((sum, item) => sum + item.count, 0); }

// redactedName is how a redacted file is called when it is sent or saved. The name
// of the chosen file stays here: browsers name a HAR after the host.
function redactedName(i) { return i ? "capture-" + (i + 1) + ".redacted.har" : "capture.redacted.har"; }

const mostDigested = 256 << 20; // bytes of a file that the tab has room for

// digest is the SHA-256 of a redacted file in hex, empty where there is none to
// be had. The browser's own is ten times as fast as the module's.
async function digest(blob) {
  if (blob.size > mostDigested || !crypto.subtle) return "";
  const sum = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return [...new Uint8Array(sum)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// added joins the items of several reports.
function added(reports) {
  const counts = new Map();
  for (const report of reports) {
    for (const item of report.items) {
      const key = item.rule + "\n" + item.place;
      counts.set(key, (counts.get(key) || 0) + item.count);
    }
  }
  return [...counts].map(([key, count]) => {
    const [rule, place] = key.split("\n");
    return { rule, place, count };
  }).sort((a, b) => a.rule.localeCompare(b.rule) || a.place.localeCompare(b.place));
}

// reportJSON is the report for approval. It holds no value and no hidden name, so
// it calls the files by number.
function reportJSON(run) {
  return JSON.stringify({
    redacted_with: "proofwalk_browser " + run.version,
    round: run.round,
    integration_digest: run.digest,
    files: run.done.map((one) => ({
      file: one.at + 1,
      redacted: { name: redactedName(one.at), bytes: one.output.size, sha256: one.sha256 },
      still_suspicious: one.hits.map((hit) => ({ rule: hit.rule, place: hit.place, entry: hit.entry + 1 })),
      report: one.report,
    })),
  }, null, 2) + "\n";
}

// reportText says the same for people.
function reportText(run) {
  const lines = ["Redaction report", "", "Made in the browser by proofwalk_browser " + run.version + ", before anything was sent.",
    "It says rule, place and count; it holds no value of the file.", ""];
  for (const one of run.done) {
    const report = one.report;
    lines.push("File " + (one.at + 1),
      "  read      " + plural(report.bytes, "byte", "bytes") + ", " + plural(report.entries, "entry", "entries") + ", from " + (exporters[report.exporter] || "another tool"),
      "  leaves    " + plural(one.output.size, "byte", "bytes") + ", " + plural(report.entries, "entry", "entries") + ", as " + redactedName(one.at),
      "  SHA-256   " + (one.sha256 || "not computed for a file of this size"),
      "  policy    " + report.policy,
      "  replaced or dropped   " + plural(total(report), "value", "values"),
      "  looks like a secret   " + (one.hits.length ? plural(one.hits.length, "place", "places") : "nothing"),
      "  cannot show           " + (report.limits.join(", ") || "nothing known"), "");
    if (report.truncated) lines.push("  cut off at byte " + number(report.stopped_at) + "; the complete entries were kept", "");
    if (report.cut) lines.push("  not whole: " + plural(report.cut, "entry holds", "entries hold") + " more than is read of one", "");
    for (const [rule, text] of Object.entries(run.rules)) {
      const items = report.items.filter((item) => item.rule === rule);
      if (!items.length) continue;
      lines.push("  " + rule + "  " + text);
      for (const item of items) lines.push("      " + number(item.count).padStart(9) + "  " + item.place);
    }
    lines.push("");
  }
  return lines.join("\n");
}

// statusWords says what to do about a refusal by its status, where the server
// gives no words; kept says what is still here.
function statusWords(status, title, kept) {
  if (status === 401) return "You are signed out. Sign in in another tab, then press " + kept;
  if (title) return title;
  if (status === 403) return "You may not add captures to this test run any more. Ask an admin of your team.";
  if (status === 404) return "This test run is not there any more, or not yours to see. Look at the list of test runs.";
  if (status === 413) return "The server, or a proxy before it, takes no file of this size.";
  if (status === 502 || status === 503 || status === 504) return "The server is busy or being started. Try again in a minute.";
  return "The server could not do it (status " + status + "). Try again in a minute; if it happens again, tell whoever runs it.";
}

// Characters that the description of an integration takes in no text: control
// characters, and what turns the direction of the text after it.
const unwritable = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

// cannotDeclare says why a hidden name cannot stand in the description, "" where
// it can. The server has the last word.
function cannotDeclare(kind, name) {
  if (unwritable.test(name)) return "cannot be declared: it has a line break or control character";
  if (kind === "paths" && /\s/.test(name)) return "cannot be declared: it has a blank";
  if (kind === "paths" && !name.startsWith("/")) return "cannot be declared: it does not begin with /";
  if (kind === "hosts" && !/^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:[1-9][0-9]{0,4})?$/i.test(name)) return "cannot be declared: it is no host name";
  return "";
}

// mayIdentify warns of a path that holds what may be somebody's or a session's
// number: what is declared is shown to everybody, in every file of the integration.
function mayIdentify(kind, name) {
  const mixed = (part) => /\d{4}/.test(part) || (part.length >= 12 && /\d/.test(part) && /[a-z]/i.test(part));
  return kind === "paths" && name.split("/").some(mixed) ? "looks like it holds an identifier: declare it only if it is the same for everybody" : "";
}
