// The verify page: takes a file and whom the visitor believes, and draws the
// answer into the parts that are on the page. Text goes in as text; nothing here
// makes markup from strings. What verifies is given by the script behind this one.

const page = document.querySelector("[data-verifier]");
const form = page.querySelector("[data-drop]");
const mostBytes = 1 << 30; // of an archive
const mostKeys = 1 << 20; // of a keys.json

function part(selector, root = page) { return root.querySelector(selector); }

function say(selector, text, root = page) {
  for (const element of root.querySelectorAll(selector)) element.textContent = text;
}

function show(selector, visible) {
  for (const element of page.querySelectorAll(selector)) element.hidden = !visible;
}

function fromTemplate(selector) { return part(selector).content.cloneNode(true); }

// What the checks are, in words; one that is not here is called by its name.
const checkWords = {
  archive: "The archive is the one that its files make",
  files: "No file is missing, none was added",
  keys: "The list of keys is signed by its root",
  statement: "There is a statement about the files",
  signature: "The statement is signed",
  digests: "Every file has the digest that was signed",
  sums: "SHA256SUMS is right and signed",
  content: "The content and the statement belong together",
  pdf: "The report is signed, nothing was added to it",
  stamp: "The time stamp of the report holds",
  checkpoint: "The checkpoint of the log is signed",
  audit: "The audit entries are in their one form",
  log: "The audit entries are in the log",
  times: "Each key was valid when it signed",
  signer: "A root that you believe vouches for the signer",
};

// What is called otherwise where it is not in the packet.
const noneWords = { stamp: "Time stamp of the report" };

// What the checks of a proof are called, where that differs.
const proofWords = {
  proof: "It is a proof in its one form",
  older: "The older checkpoint is signed",
  log: "The log has what the proof is about",
};

const verdictWords = {
  "VALID": "Valid: genuine and unchanged.",
  "INTACT, SIGNER UNKNOWN": "Intact, signer unknown: unchanged since it was sealed; by whom is not known.",
  "INVALID": "Invalid: do not rely on this file.",
};

const proofVerdictWords = {
  "VALID": "Valid: the proof holds.",
  "INTACT, SIGNER UNKNOWN": "Intact, signer unknown: the proof holds; whose log it is about is not known.",
};

function checkName(one, proof) {
  return one.state === "none" && noneWords[one.name] || proof && proofWords[one.name] || checkWords[one.name] || one.name;
}

function size(bytes) {
  return bytes < 1000 ? bytes + " B" : bytes < 1e6 ? (bytes / 1e3).toFixed(1) + " kB" : (bytes / 1e6).toFixed(1) + " MB";
}

// moment writes a time of the packet, which is UTC, in the reader's zone.
function moment(text) {
  const date = new Date(text);
  if (isNaN(date)) return text;
  return date.toLocaleString("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
}

function groups(digest) { return digest.replace(/(.{4})(?=.)/g, "$1 "); }

// problem says what keeps the file from being checked.
function problem(text) {
  const box = part("[data-problem]");
  say("[data-announce]", ""); // what was heard last is over
  box.textContent = text;
  box.hidden = !text;
  if (text) box.focus();
}

let running = 0; // the number of the last attempt: what an older one finds is not shown

// begin checks what is chosen.
async function begin() {
  const file = part("#packet").files[0], keysFile = part("#keys").files[0], fingerprint = part("#fingerprint").value.trim();
  problem("");
  show("[data-result], [data-says-packet]", false);
  if (!file) return problem("Choose a packet or an excerpt first.");
  if (file.size > mostBytes) return problem("No packet is as large as this file.");
  if (keysFile && keysFile.size > mostKeys) return problem("No list of keys is as large as the second file.");
  const mine = ++running;
  busy(true);
  try {
    const keys = keysFile ? new Uint8Array(await keysFile.arrayBuffer()) : null;
    const answer = await check(file, fingerprint, keys, (share) => { if (mine === running) progress(share); });
    if (mine !== running) return;
    busy(false);
    if (!answer) return problem("The verifier broke off: the file could not be read to its end, or this browser has not enough memory for it. `proofwalk verify` needs less.");
    if (answer.no_packet || answer.no_keys) return problem(answer.no_packet || answer.no_keys);
    if (answer.error) return wrongFingerprint(answer.error);
    draw(file, answer);
  } catch (error) {
    if (mine !== running) return;
    busy(false);
    console.error(error);
    problem(error instanceof Explained ? error.message : "The file could not be checked in this browser. `proofwalk verify` does the same.");
  }
}

// Explained is an error whose text is for people.
class Explained extends Error {}

function wrongFingerprint(text) {
  problem(text);
  part("#fingerprint").setAttribute("aria-invalid", "true");
  part("#fingerprint").focus();
}

function busy(on) {
  form.setAttribute("aria-busy", String(on));
  show("[data-progress]", on);
  if (on) {
    part("[data-bar]").removeAttribute("value");
    say("[data-stands]", "Reading");
    say("[data-announce]", "Checking the packet.");
    part("#fingerprint").removeAttribute("aria-invalid");
  }
}

function progress(share) {
  if (share < 1) {
    part("[data-bar]").value = share;
    return;
  }
  part("[data-bar]").removeAttribute("value"); // how long checking takes is not known
  say("[data-stands]", "Checking");
}

// draw shows the answer.
function draw(file, answer) {
  const invalid = answer.verdict === "INVALID";
  part("[data-verdict]").replaceChildren(fromTemplate(`[data-${answer.proof ? "proof-" : ""}verdict-of="${answer.verdict}"]`));
  say("[data-file-name]", file.name);
  say("[data-file-about]", size(file.size) + ", SHA-256 " + answer.sha256);
  say("[data-excerpt]", answer.excerpt && !invalid ? `Excerpt of packet ${answer.excerpt.packet}: ${answer.excerpt.shown} of ${answer.excerpt.parts} parts shown, ${answer.excerpt.withheld} withheld, none altered.` : "");
  show("[data-excerpt]", !!answer.excerpt && !invalid);
  say("[data-root]", groups(answer.root));
  show("[data-root-box]", !!answer.root && !invalid);
  part("[data-checks]").replaceChildren(...answer.checks.map((one) => {
    const row = fromTemplate(`[data-check-of="${one.state}"]`);
    say("[data-check-name]", checkName(one, answer.proof), row);
    say("[data-check-detail]", answer.today ? one.detail.replace("the given keys.json", "this server’s list of keys as it is now") : one.detail, row);
    return row;
  }));
  say("[data-text]", answer.text);
  drawClaims(answer, !invalid && !answer.proof);
  show("[data-result]", true);
  say("[data-announce]", answer.proof && proofVerdictWords[answer.verdict] || verdictWords[answer.verdict] || answer.verdict);
  const title = part("[data-verdict] h2");
  title.tabIndex = -1;
  title.focus();
}

// drawClaims shows what the packet says of itself; of one that is not valid, and of
// a proof, nothing.
function drawClaims(answer, visible) {
  show("[data-says-packet]", visible);
  if (!visible) return;
  const claims = answer.claims;
  say("[data-claim=packet]", claims.name);
  say("[data-claim=partner]", claims.partner);
  say("[data-claim=integration]", claims.integration);
  say("[data-claim=made]", moment(claims.made_at));
  say("[data-claim=decision]", claims.decision);
  say("[data-claim=outcome]", claims.outcome ? claims.outcome.replaceAll("_", " ") : "not in this packet");
  say("[data-claim=supersedes]", claims.supersedes || "none");
  part("[data-not-proven]").replaceChildren(...(claims.not_proven || []).map((text) => {
    const line = fromTemplate("[data-not-proven-line]");
    say("[data-line]", text, line);
    return line;
  }));
}

for (const name of ["dragenter", "dragover"]) {
  form.addEventListener(name, (event) => {
    event.preventDefault();
    form.classList.add("dropping");
  });
}
for (const name of ["dragleave", "drop"]) form.addEventListener(name, () => form.classList.remove("dropping"));
form.addEventListener("drop", (event) => {
  event.preventDefault();
  if (!event.dataTransfer.files.length) return;
  part("#packet").files = event.dataTransfer.files;
  begin();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  begin();
});
part("#packet").addEventListener("change", () => { if (part("#packet").files.length) begin(); });
for (const button of page.querySelectorAll("[data-own-root]")) {
  button.addEventListener("click", () => {
    part("#fingerprint").value = page.dataset.root;
    part("#keys").value = ""; // its list of today decides
    if (part("#packet").files.length) begin();
  });
}

// ready says that everything is there.
function ready() {
  for (const button of form.querySelectorAll("button")) button.disabled = false;
  show("[data-loading]", false);
  page.dataset.ready = "";
}
