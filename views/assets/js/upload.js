// The upload page: redact in workers, show what is left, send only that. The
// page itself never reads the chosen files; it hands them to the workers, which
// reach no network, and takes the redacted bytes from them.

const drop = part("[data-drop]"); // a form only where raw files are allowed
const chosen = part("#file");

let run = null; // what was redacted and is shown

// redact fetches key and names of the round, redacts, and shows what is left.
// before is the run whose rest it is, if there was one.
async function redact(signal, files, notice, before) {
  open("work");
  progress("work", files[0].name, 0, files.reduce((sum, file) => sum + file.size, 0));
  const round = await post(signal, address.handOver, "the button again; nothing was sent.");
  const { result, outputs } = await work(signal, files, { ...round, version: address.version, files: files.length });
  const kind = part("input[name=kind]:checked").value;
  const all = result.files.map((one, at) => ({ ...one, at, kind: kindBefore(before, files[at]) || kind, file: files[at], output: outputs[at] }));
  const next = {
    files, version: address.version, round: round.round, digest: round.integration_digest,
    mayDeclare: round.may_declare, configuration: round.configuration_version, rules: result.rules,
    hidden: result.hidden, done: all.filter((one) => !one.error), failed: all.filter((one) => one.error), sent: !!before && before.sent, refused: before ? before.refused : [],
  };
  if (!next.done.length) throw new Refused(next.failed.map((one) => (files.length > 1 ? one.file.name + ": " : "") + one.error).join(" "));
  for (const one of next.done) one.sha256 = await until(signal, digest(one.output));
  leaveTwins(next);
  if (run) run.at = -1;
  run = next;
  show("[data-refusal]", false);
  say("[data-nothing-sent]", run.sent ? "The files before this one were stored." : "Nothing was sent yet.");
  open("check");
  drawCheck(run);
  const box = part("[data-notice]");
  box.textContent = notice || "";
  box.hidden = !notice;
  if (notice) box.focus();
}

// kindBefore is what was said of a file when it was redacted before.
function kindBefore(before, file) {
  const one = before && before.done.find((known) => known.file === file);
  return one && one.kind;
}

// leaveTwins takes out files that are the same as one before them: the same file
// twice would look like values that were used twice.
function leaveTwins(run) {
  const first = new Map();
  run.done = run.done.filter((one) => {
    const twin = one.sha256 && first.get(one.sha256);
    if (twin) run.failed.push({ ...one, error: "It is the same file as " + twin.file.name + "." });
    else first.set(one.sha256, one);
    return !twin;
  });
}

// clear drops what was redacted, and what the page shows of it.
function clear() {
  if (run) run.at = -1;
  run = null;
  forget();
}

function begin(files) {
  const most = Number(address.mostFiles);
  if (!files.length) return problem("Choose one or more files first.");
  if (files.length > most) return problem("The form takes " + most + " files at once. Choose the rest afterwards.");
  clear();
  return attempt((signal) => redact(signal, [...files]), (error) => {
    problem(error instanceof Stopped ? "Stopped. Nothing was sent." : error.message);
  });
}

// ---- Sending -----------------------------------------------------------------

async function send(signal) {
  const mine = run;
  open("send");
  let sent = 0, answer = {};
  const refused = mine.refused; // what the server says of files that it did not take
  while (mine.done.length) {
    const one = mine.done[0], name = redactedName(one.at);
    progress("send", name, sent, mine.size);
    const body = new FormData();
    body.append("kind", one.kind);
    body.append("key", address.key);
    body.append("names", JSON.stringify(one.names));
    body.append("file", new File([one.output], name, { type: "application/json" }));
    try {
      answer = await sendFile(signal, body, (event) => progress("send", name, sent + event.loaded, Math.max(mine.size, sent + event.total)));
      mine.sent = true;
    } catch (error) {
      if (!onlyOfThisFile(error) || (mine.done.length === 1 && !refused.length && !mine.sent)) throw error;
      refused.push([one.file.name + ": " + error.message, ...error.answer.errors || []].map((line) => line.text || line).join(" "));
    }
    sent += one.output.size;
    mine.done.shift();
    mine.files = mine.files.filter((file) => file !== one.file);
  }
  if (refused.length) return notAll(mine, refused);
  location.assign(answer.location);
}

// onlyOfThisFile tells whether the server refused one file for what is in it, so
// that those behind it can be sent all the same.
function onlyOfThisFile(error) {
  return error instanceof Refused && [409, 413, 415, 422].includes(error.answer.status) && !error.answer.again;
}

// notAll ends a sending of which the server refused some files.
function notAll(mine, refused) {
  open("check");
  say("[data-nothing-sent]", mine.sent ? "The other files were stored." : "Nothing was stored.");
  showRefusal(plural(refused.length, "file was", "files were") + " not stored", "", refused, true);
  allow(part("[data-act=send]"), false);
}

// showRefusal says above everything what was refused, and why.
function showRefusal(title, kept, places, linked) {
  say("[data-refusal-title]", title);
  say("[data-refusal-kept]", kept);
  show("[data-refusal-run]", linked);
  list("[data-refusal-list]", places);
  const summary = part("[data-refusal]");
  summary.classList.add("error-summary");
  summary.hidden = false;
  summary.focus();
}

// notSent shows what the server says, or that it was stopped; where the round
// changed meanwhile, what is left is redacted anew and shown again, because it
// may be different now.
function notSent(error) {
  const stopped = error instanceof Stopped, answer = error.answer || {}, unsure = stopped || !!answer.unsure;
  if (answer.again) {
    return attempt((signal) => redact(signal, run.files, "The description or another file of this round changed meanwhile, so the file was redacted anew. Look at it once more and send it.", run), notAnew);
  }
  open("check");
  if (run.sent) drawCheck(run);
  const before = run.sent ? "The files before this one were stored. " : "";
  say("[data-nothing-sent]", before + (unsure ? "This one may be stored." : before ? "" : "Nothing was stored."));
  const places = (answer.errors || []).map((one) => one.text);
  if (places.length) drawVerdict("Refused by the server", places);
  showRefusal(stopped ? "Sending was stopped. The file may be stored already." : error.message,
    unsure ? "The server may have taken it before it heard of the end: look at the test run before you send it again. What was redacted is still here." : answer.kept || "",
    places, unsure || answer.status === 409);
  if (answer.status === 409) allow(part("[data-act=send]"), false);
}

function notAnew(error) {
  const before = run.sent ? "The files before this one were stored, this one was not." : "Nothing was stored.";
  clear();
  problem((error instanceof Stopped ? "Stopped." : error.message) + " " + before + " Choose what is left and redact it again.");
}

// ---- Declaring -----------------------------------------------------------------

function declare(button) {
  const names = declared(), files = run.files, before = run;
  const count = [...names].length;
  if (!count) return declareRefused(new Refused("Tick the names that you want to declare."));
  const choice = unsaid();
  if (choice) {
    declareRefused(new Refused("Say of each host that you ticked whose it is."));
    return choice.focus();
  }
  names.append("configuration_version", run.configuration);
  const are = plural(count, "name is", "names are") + " declared";
  let done = false;
  working(button, "Declaring the names");
  return attempt(async (signal) => {
    try {
      await post(signal, address.reveal, "the button again; what you ticked is still here.", names);
    } finally {
      working(button);
    }
    done = true;
    await redact(signal, files, are + ", and the file was redacted again.", before);
  }, (error) => {
    if (!done) return declareRefused(error);
    clear();
    problem((error instanceof Stopped ? "Stopped." : error.message) + " " + are + "; no file was sent since. Redact the files again to see them.");
  });
}

function declareRefused(error) {
  const box = part("[data-declare-problem]");
  const left = markRefused((error.answer && error.answer.errors) || []);
  box.textContent = [error.message, ...left.map((one) => one.text)].join(" ");
  box.hidden = false;
  box.focus();
}

// ---- What is pressed -----------------------------------------------------------

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

const acts = {
  begin: () => begin(chosen.files),
  stop: () => stop(),
  reset() {
    const declaring = !!going;
    stop(thrownAway);
    clear();
    chosen.value = "";
    problem(declaring ? "Thrown away, and no file was sent. The names that you ticked may be declared already: the description shows it." : "");
  },
  save() { for (const one of run.done) save(one.output, redactedName(one.at)); },
  "report-json": () => save(new Blob([reportJSON(run)], { type: "application/json" }), "redaction-report.json"),
  "report-text": () => save(new Blob([reportText(run)], { type: "text/plain" }), "redaction-report.txt"),
  previous: () => drawEntry(run, run.at - 1),
  next: () => drawEntry(run, run.at + 1),
  all(button) {
    const folded = [...part("[data-group-list]", button.parentElement).children].filter((row) => row.hidden);
    for (const row of folded) row.hidden = false;
    button.hidden = true;
    if (!folded.length) return;
    const first = part("input:not(:disabled)", folded[0]) || folded[0];
    if (first === folded[0]) first.tabIndex = -1;
    first.focus();
  },
  declare,
  send: () => attempt(send, notSent),
};

page.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (button && button.getAttribute("aria-disabled") !== "true") acts[button.dataset.act](button);
  if (event.target.closest("a[href='#report']")) part("#report").open = true;
});

part("[data-entry]").addEventListener("change", (event) => drawEntry(run, Number(event.target.value)));

// The raw file is sent by its own button alone, where there is one to see.
drop.addEventListener("submit", (event) => {
  if (page.classList.contains("cannot-redact")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
});

for (const name of ["dragenter", "dragover"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.add("dropping");
  });
}
for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("dropping"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  if (event.dataTransfer.files.length) chosen.files = event.dataTransfer.files;
});

// A page with something on it that is not sent yet asks before it goes.
window.addEventListener("beforeunload", (event) => { if (run && run.done.length) event.preventDefault(); });

if (!window.WebAssembly || !WebAssembly.compileStreaming || !window.Worker) page.classList.add("cannot-redact");
else module().catch(() => {}); // while people look for their file; who chooses one hears of it
part("[data-act=begin]").disabled = false;
show("[data-loading]", false);
page.dataset.ready = "";
