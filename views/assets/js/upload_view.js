// Drawing of the upload page: what the redactor found, into the parts that the
// server drew. Text goes in as text; nothing here makes markup from strings.

const page = document.querySelector("[data-redactor]");

function part(selector, root = page) { return root.querySelector(selector); }

function say(selector, text) {
  for (const element of page.querySelectorAll(selector)) element.textContent = text;
}

function show(selector, visible) {
  for (const element of page.querySelectorAll(selector)) element.hidden = !visible;
}

function fromTemplate(selector) { return part(selector).content.firstElementChild.cloneNode(true); }

// announce tells a screen reader what others see.
function announce(text) { say("[data-says]", text); }

// open shows one part of the page and brings its title into view and focus.
function open(name) {
  for (const element of page.querySelectorAll("[data-part]")) element.hidden = element.dataset.part !== name;
  const title = part("[data-part=" + name + "] :is(h1, .page-title)");
  title.tabIndex = -1;
  title.focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

// While something goes on, no button acts but those that end it.
let locked = false;

function allow(button, may) {
  button.dataset.may = may ? "" : "not";
  settle(button);
}

function settle(button) {
  const off = button.dataset.may === "not" || (locked && !("ends" in button.dataset));
  if (off) button.setAttribute("aria-disabled", "true"); else button.removeAttribute("aria-disabled");
}

function lock(on) {
  locked = on;
  part("[data-part=check]").setAttribute("aria-busy", String(on));
  for (const button of page.querySelectorAll("[data-act]")) settle(button);
}

// working says on a button what goes on; no words give it its own back.
function working(button, words) {
  const label = part(".button-label", button) || button;
  if (words) label.dataset.label = label.textContent;
  label.textContent = words || label.dataset.label;
  button.classList.toggle("busy", !!words);
  if (words) announce(words);
}

// forget takes out of the page what it shows of the chosen files.
function forget() {
  for (const box of ["[data-group-list]", "[data-entry]", "[data-report]", "[data-files]", "[data-failed-list]", "[data-unclean-list]", "[data-refusal-list]"]) {
    for (const element of page.querySelectorAll(box)) element.replaceChildren();
  }
  for (const text of ["[data-in]", "[data-out]", "[data-entry-text]", "[data-name]", "[data-stands]", "[data-notice]", "[data-declare-problem]",
    "[data-refusal-title]", "[data-refusal-kept]", "[data-says]", "[data-problem]"]) say(text, "");
  for (const box of ["[data-hidden]", "[data-refusal]", "[data-notice]", "[data-failed]", "[data-declare-problem]"]) show(box, false);
}

// problem says above the form what stopped.
function problem(text) {
  open("choose");
  const box = part("[data-problem]");
  box.textContent = text;
  box.hidden = !text;
  if (text) box.focus();
}

function progress(name, file, done, of) {
  const share = of ? Math.min(100, Math.floor(done * 100 / of)) : 0;
  const bar = part("[data-bar=" + name + "]");
  if (share >= bar.value + 25 || share < bar.value) announce(file + ": " + share + " per cent");
  bar.value = share;
  say("[data-name=" + name + "]", file);
  say("[data-stands=" + name + "]", size(done) + " of " + size(of) + ", " + share + " %");
}

function list(selector, lines) {
  part(selector).replaceChildren(...lines.map((line) => {
    const item = document.createElement("li");
    item.textContent = line;
    return item;
  }));
}

// drawCheck fills the page that asks for consent.
function drawCheck(run) {
  const files = run.done;
  const entries = files.reduce((sum, one) => sum + one.report.entries, 0);
  const values = files.reduce((sum, one) => sum + total(one.report), 0);
  const before = files.reduce((sum, one) => sum + one.file.size, 0);
  run.size = files.reduce((sum, one) => sum + one.output.size, 0);
  const several = plural(files.length, "file", "files");
  say("[data-in=name]", files.length === 1 ? files[0].file.name : several);
  say("[data-in=bytes]", size(before));
  say("[data-in=entries]", plural(entries, "entry", "entries"));
  say("[data-in=exporter]", "from " + [...new Set(files.map((one) => exporters[one.report.exporter] || "another tool"))].join(", "));
  say("[data-out=name]", files.length === 1 ? redactedName(files[0].at) : several);
  say("[data-out=bytes]", size(run.size));
  say("[data-out=entries]", plural(entries, "entry", "entries") + ", redaction policy " + files[0].report.policy);
  say("[data-out=sha256]", files.length === 1 ? files[0].sha256 || "not computed for a file of this size" : "in the report");
  say("[data-total]", number(values));
  say("[data-send-label]", "Send redacted, " + size(run.size));
  drawFiles(run);
  drawHits(files);
  list("[data-failed-list]", run.failed.map((one) => one.file.name + ": " + one.error + " It is not sent."));
  show("[data-failed]", run.failed.length > 0);
  drawRules(run, added(files.map((one) => one.report)));
  drawHidden(run);
  drawLimits(run);
  drawEntryList(run);
  announce("Redacted: " + plural(values, "value", "values") + " replaced or dropped in " + plural(entries, "entry", "entries") + ". Nothing was sent yet.");
}

function drawFiles(run) {
  part("[data-files]").replaceChildren(...run.done.map((one) => {
    const row = fromTemplate("[data-file-row]"), kind = part("select", row), report = one.report;
    part("[data-file-name]", row).textContent = one.file.name;
    part("[data-file-out]", row).textContent = redactedName(one.at);
    part("[data-file-entries]", row).textContent = number(report.entries);
    part("[data-file-cut]", row).textContent = report.truncated ? "Breaks off at byte " + number(report.stopped_at) + ": its complete entries are kept." : "";
    kind.value = one.kind;
    kind.setAttribute("aria-label", "Where " + one.file.name + " was recorded");
    kind.addEventListener("change", () => {
      one.kind = kind.value;
      drawLimits(run);
    });
    return row;
  }));
}

function drawHits(files) {
  const hits = files.flatMap((one) => one.hits.map((hit) => "Entry " + (hit.entry + 1) + ", " + hit.place + ": looks like " + hit.rule.replace(/_/g, " ")));
  drawVerdict(hits.length ? "Still suspicious: " + plural(hits.length, "place", "places") : "", hits);
  const button = part("[data-act=send]");
  button.classList.toggle("primary", hits.length === 0);
  button.classList.toggle("not-yet", hits.length > 0);
  allow(button, hits.length === 0);
  show("[data-not-yet]", hits.length > 0);
  say("[data-not-yet]", hits.length ? "Not yet: the server refuses a file with what looks like a secret. The places stand above; this should not happen, so tell whoever runs this server." : "");
}

// drawVerdict says that something is left, and where; no title says that nothing is.
function drawVerdict(title, places) {
  show("[data-clean]", !title);
  show("[data-unclean]", !!title);
  say("[data-unclean-title]", title);
  list("[data-unclean-list]", places.slice(0, 10));
}

function drawRules(run, items) {
  const body = part("[data-rules]");
  const counts = new Map();
  for (const item of items) counts.set(item.rule, (counts.get(item.rule) || 0) + item.count);
  for (const rule of counts.keys()) {
    if (part('[data-rule="' + rule + '"]', body)) continue;
    const row = fromTemplate("[data-rule-row]");
    row.dataset.rule = rule;
    part("th", row).textContent = run.rules[rule] || rule;
    part("td:last-child", row).textContent = "replaced or dropped";
    body.append(row);
  }
  const most = Math.max(1, ...counts.values());
  for (const row of body.children) {
    const count = counts.get(row.dataset.rule) || 0;
    row.hidden = count === 0;
    part("[data-count]", row).textContent = number(count);
    part("[data-share]", row).style.width = Math.max(2, 100 * count / most) + "%";
  }
  say("[data-lines]", "Whole redaction report, " + plural(items.length, "line", "lines"));
  part("[data-report]").replaceChildren(...items.map((item) => {
    const row = document.createElement("tr");
    for (const text of [item.rule, item.place]) {
      const cell = document.createElement("td"), code = document.createElement("code");
      code.textContent = text;
      cell.append(code);
      row.append(cell);
    }
    const count = document.createElement("td");
    count.className = "number";
    count.textContent = number(item.count);
    row.append(count);
    return row;
  }));
}

const firstNames = 8; // of a group that are shown at once

function drawHidden(run) {
  let all = 0;
  for (const group of page.querySelectorAll("[data-group]")) {
    const kind = group.dataset.group, names = run.hidden[kind] || [];
    all += names.length;
    group.hidden = names.length === 0;
    part("[data-group-count]", group).textContent = number(names.length);
    part("[data-group-list]", group).replaceChildren(...names.map((name, i) => nameRow(run, kind, name, i >= firstNames)));
    const more = part("[data-group-more]", group);
    more.hidden = names.length <= firstNames;
    more.textContent = "Show all " + number(names.length);
  }
  show("[data-hidden]", all > 0);
  show("[data-may-declare]", run.mayDeclare);
  show("[data-may-not-declare]", !run.mayDeclare);
  show("[data-declare-problem]", false);
}

function nameRow(run, kind, hidden, folded) {
  const row = fromTemplate("[data-name-row]");
  row.hidden = folded;
  part("[data-text]", row).textContent = hidden.name;
  part("[data-times]", row).textContent = plural(hidden.count, "time", "times");
  const box = part("input", row), choice = part("select", row);
  const why = cannotDeclare(kind, hidden.name);
  box.disabled = !!why;
  const note = why || mayIdentify(kind, hidden.name);
  if (note && run.mayDeclare) part("[data-times]", row).textContent += ", " + note;
  box.value = hidden.name;
  box.name = { paths: "path", titles: "title" }[kind] || "";
  if (!run.mayDeclare) box.remove();
  if (kind !== "hosts" || !run.mayDeclare) {
    choice.remove();
    return row;
  }
  choice.setAttribute("aria-label", "Whose host " + hidden.name + " is");
  box.addEventListener("change", () => { choice.hidden = !box.checked; });
  return row;
}

// unsaid gives the first ticked host of which nobody said whose it is.
function unsaid() {
  return [...page.querySelectorAll("[data-group-list] li:has(input:checked) select")].find((choice) => !choice.value);
}

// declared gives the form of what is ticked.
function declared() {
  const form = new URLSearchParams();
  for (const box of page.querySelectorAll("[data-group-list] input:checked")) {
    const choice = part("select", box.closest("li"));
    form.append(choice ? choice.value : box.name, box.value);
  }
  return form;
}

// markRefused puts the server's words beside the names that it refused and gives
// those that belong to none. A field is called path[3]: the place among what of
// its kind was sent.
function markRefused(errors) {
  return errors.filter((error) => {
    const [, field, at] = /^(own_host|third_party_host|path|title)\[(\d+)\]$/.exec(error.field) || [];
    const name = field && declared().getAll(field)[at];
    const box = [...page.querySelectorAll("[data-group-list] input:checked")].find((one) => one.value === name);
    if (!box) return true;
    const row = box.closest("li");
    box.setAttribute("aria-invalid", "true");
    part("[data-times]", row).textContent = error.text;
    row.hidden = false;
    return false;
  });
}

function drawLimits(run) {
  const rows = part("[data-limits]");
  const limits = new Set(run.done.flatMap((one) => one.report.limits));
  if (run.done.some((one) => one.kind === "browser")) limits.add("browser");
  const lacking = (limit) => run.done.filter((one) => one.report.limits.includes(limit));
  for (const limit of limits) {
    if (part('[data-limit="' + limit + '"]', rows)) continue;
    const row = fromTemplate("[data-limit-row]");
    row.dataset.limit = limit;
    part(".title", row).textContent = limit.replace(/_/g, " ");
    part("div .meta", row).textContent = "This file does not hold it.";
    rows.append(row);
  }
  for (const row of rows.children) {
    row.hidden = !limits.has(row.dataset.limit);
    const some = lacking(row.dataset.limit);
    part("[data-limit-files]", row).textContent = some.length && some.length < run.done.length ? "Only in " + some.map((one) => one.file.name).join(", ") + "." : "";
  }
  show("[data-unseen]", limits.size > 0);
}

function drawEntryList(run) {
  run.entries = run.done.flatMap((one) => one.entries.map((entry, i) => ({ ...entry, one, last: i + 1 === one.entries.length, i })));
  const choice = part("[data-entry]");
  choice.replaceChildren(...run.entries.map((entry, i) => {
    const option = document.createElement("option");
    option.value = i;
    const file = run.done.length > 1 ? entry.one.file.name + ": " : "";
    option.textContent = (i + 1) + "  " + file + entry.method + " " + entry.url.split(/[?#]/)[0].slice(0, 100) + "  " + (entry.status || "no answer");
    return option;
  }));
  drawEntry(run, 0);
}

const longestEntry = 256 << 10; // bytes of an entry that are shown

// drawEntry shows the very bytes of one entry, indented.
async function drawEntry(run, at) {
  const entry = run.entries[at];
  if (!entry) return;
  run.at = at;
  part("[data-entry]").value = at;
  allow(part("[data-act=previous]"), at > 0);
  allow(part("[data-act=next]"), at + 1 < run.entries.length);
  const count = run.done.reduce((sum, one) => sum + one.report.entries, 0);
  say("[data-entry-of]", number(at + 1) + " of " + number(count) + (run.entries.length < count ? ", the first " + number(run.entries.length) + " can be shown" : ""));
  const line = (await entry.one.output.slice(entry.at, entry.at + longestEntry).text()).split("\n")[0].replace(/,$/, "");
  if (run.at !== at) return;
  let text = line;
  try {
    text = JSON.stringify(JSON.parse(line), null, 2);
  } catch {
    text = line + "\n… longer than what is shown here; save the file to see it whole.";
  }
  part("[data-entry-text]").textContent = text;
  part("[data-entry-text]").scrollTop = 0;
}
