// Masks over a screenshot. A file field with data-masks-input shows the chosen
// picture before it leaves: masks are drawn over it with mouse, touch or keys,
// filled, and burned into the pixels here. Only the picture made anew is sent,
// as PNG. The parts stand in the form's element with data-masks. Without this
// file the field sends what was chosen. The field says in data-most-bytes and
// data-most-pixels what the server takes.

const fill = "#000";
const smallest = 6; // pixels of the picture that a mask is wide and high at least

class Masks {
  constructor(input) {
    this.input = input;
    this.form = input.form;
    this.most = { bytes: Number(input.dataset.mostBytes), pixels: Number(input.dataset.mostPixels) };
    this.box = this.form.querySelector("[data-masks]");
    this.stage = this.box.querySelector("[data-masks-stage]");
    this.canvas = this.box.querySelector("canvas");
    this.says = this.box.querySelector("[data-masks-says]");
    this.picture = null;
    this.masks = [];
    this.past = [];
    this.box.addEventListener("click", (event) => this.act(event));
    this.stage.addEventListener("keydown", (event) => this.key(event));
    this.stage.addEventListener("pointerdown", (event) => this.press(event));
  }

  say(words) { this.says.textContent = words; }

  // show draws the chosen picture; one that cannot be shown is not sent.
  async show() {
    const file = this.input.files[0];
    this.forget();
    if (!file) return;
    try {
      const picture = await createImageBitmap(file);
      if (file !== this.input.files[0]) return; // another one was chosen meanwhile
      if (picture.width * picture.height > this.most.pixels) throw new RangeError("too many pixels");
      this.canvas.width = picture.width;
      this.canvas.height = picture.height;
      this.canvas.getContext("2d").drawImage(picture, 0, 0);
      this.picture = picture;
      this.box.hidden = false;
      this.say("This is the picture, " + picture.width + " by " + picture.height + ". Cover what nobody has to see.");
    } catch (problem) {
      this.input.value = "";
      this.box.hidden = false;
      this.say(problem instanceof RangeError ? "The picture has more than " + this.most.pixels / 1e6 + " million pixels. Save it smaller and choose it again."
        : "This file cannot be shown as a picture, so it is not sent. Choose a PNG or JPEG.");
    }
  }

  forget() {
    if (this.picture) this.picture.close();
    this.picture = null;
    this.canvas.width = this.canvas.height = 0;
    this.past = [];
    this.set([]);
    this.box.hidden = true;
    this.say("");
  }

  // ---- The list of masks ---------------------------------------------------
  set(masks, focus) {
    this.masks = masks;
    // Boxes stay the same elements: a finger holds the one that it began on.
    this.boxes().slice(masks.length).forEach((one) => one.remove());
    while (this.boxes().length < masks.length) this.stage.append(this.fresh());
    this.boxes().forEach((one, n) => this.place(one, masks[n], n));
    if (focus >= 0 && masks[focus]) this.boxes()[focus].focus();
  }

  change(masks, focus, words) {
    this.past.push(this.masks);
    this.set(masks, focus);
    this.say(words);
  }

  boxes() { return [...this.stage.querySelectorAll(".mask")]; }

  current() { return this.boxes().indexOf(document.activeElement); }

  fresh() {
    const one = document.createElement("button");
    one.type = "button";
    one.className = "mask";
    one.setAttribute("aria-describedby", this.box.dataset.masks);
    return one;
  }

  place(one, mask, n) {
    const share = (part, whole) => (100 * part / whole) + "%";
    one.style.left = share(mask.x, this.canvas.width);
    one.style.top = share(mask.y, this.canvas.height);
    one.style.width = share(mask.w, this.canvas.width);
    one.style.height = share(mask.h, this.canvas.height);
    one.setAttribute("aria-label", "Mask " + (n + 1) + ", " + this.words(mask));
  }

  words(mask) {
    return Math.round(mask.w) + " by " + Math.round(mask.h) + " pixels at " + Math.round(mask.x) + ", " + Math.round(mask.y);
  }

  // inside keeps a mask on the picture.
  inside(mask) {
    const w = Math.min(Math.max(mask.w, smallest), this.canvas.width), h = Math.min(Math.max(mask.h, smallest), this.canvas.height);
    return { w, h, x: Math.min(Math.max(mask.x, 0), this.canvas.width - w), y: Math.min(Math.max(mask.y, 0), this.canvas.height - h) };
  }

  act(event) {
    const button = event.target.closest("[data-masks-act]");
    if (!button || !this.picture) return;
    const { width, height } = this.canvas, at = this.at ?? this.masks.length - 1;
    switch (button.dataset.masksAct) {
      case "add":
        this.change([...this.masks, this.inside({ x: width * 0.35, y: height * 0.4, w: width * 0.3, h: height * 0.2 })], this.masks.length,
          "Mask " + (this.masks.length + 1) + " stands in the middle. Arrow keys move it, with Shift they change its size.");
        break;
      case "remove":
        this.remove(Math.min(at, this.masks.length - 1));
        break;
      case "undo":
        if (this.past.length === 0) return this.say("There is nothing to undo.");
        this.set(this.past.pop());
        this.say("Undone. " + this.counted());
    }
  }

  counted() { return this.masks.length === 1 ? "1 mask covers the picture." : this.masks.length + " masks cover the picture."; }

  remove(at) {
    if (at < 0) return this.say("There is no mask to remove.");
    const left = this.masks.filter((_, n) => n !== at);
    this.change(left, Math.min(at, left.length - 1), "Mask " + (at + 1) + " is gone. " + (left.length === 1 ? "1 is left." : left.length + " are left."));
    if (left.length === 0) this.box.querySelector("[data-masks-act=add]").focus();
  }

  // ---- Keys ----------------------------------------------------------------
  key(event) {
    const at = this.current();
    if (at < 0) return;
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      return this.remove(at);
    }
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!way) return;
    event.preventDefault();
    const step = event.ctrlKey || event.altKey ? 1 : Math.max(4, Math.round(this.canvas.width / 100));
    const mask = { ...this.masks[at] };
    if (event.shiftKey) {
      mask.w += way[0] * step;
      mask.h += way[1] * step;
    } else {
      mask.x += way[0] * step;
      mask.y += way[1] * step;
    }
    const moved = this.inside(mask);
    this.change(this.masks.map((one, n) => (n === at ? moved : one)), at, "Mask " + (at + 1) + ", " + this.words(moved));
  }

  // ---- Mouse and touch -----------------------------------------------------
  point(event) {
    const frame = this.canvas.getBoundingClientRect();
    return { x: (event.clientX - frame.left) * this.canvas.width / frame.width, y: (event.clientY - frame.top) * this.canvas.height / frame.height };
  }

  // press begins to draw a mask, or moves the one under the pointer; at its
  // lower right corner it changes the size.
  press(event) {
    if (!this.picture || event.button !== 0) return;
    event.preventDefault();
    const from = this.point(event), before = this.masks, over = event.target.closest(".mask");
    const at = over ? this.boxes().indexOf(over) : before.length;
    const was = over ? before[at] : { x: from.x, y: from.y, w: 0, h: 0 };
    const grip = 14 * this.canvas.width / this.canvas.getBoundingClientRect().width;
    const sizes = over && from.x > was.x + was.w - grip && from.y > was.y + was.h - grip;
    let now = was;
    if (over) over.focus();
    const move = (later) => {
      const to = this.point(later), dx = to.x - from.x, dy = to.y - from.y;
      if (over && sizes) now = this.inside({ ...was, w: was.w + dx, h: was.h + dy });
      else if (over) now = this.inside({ ...was, x: was.x + dx, y: was.y + dy });
      else now = this.inside({ x: Math.min(from.x, to.x), y: Math.min(from.y, to.y), w: Math.abs(dx), h: Math.abs(dy) });
      this.set(before.toSpliced(at, 1, now), at);
    };
    const end = (last) => {
      document.removeEventListener("pointermove", move);
      document.removeEventListener("pointerup", end);
      document.removeEventListener("pointercancel", end);
      this.masks = before;
      if (last.type === "pointercancel" || now === was) return this.set(before, over ? at : -1);
      this.change(before.toSpliced(at, 1, now), at, "Mask " + (at + 1) + ", " + this.words(now));
    };
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", end);
    document.addEventListener("pointercancel", end);
  }

  // ---- What is sent --------------------------------------------------------
  // burned gives the picture with its masks as PNG, smaller where it has to be.
  async burned() {
    for (let scale = 1; scale > 0.05;) {
      const made = document.createElement("canvas");
      made.width = Math.max(1, Math.floor(this.canvas.width * scale));
      made.height = Math.max(1, Math.floor(this.canvas.height * scale));
      const pen = made.getContext("2d");
      pen.drawImage(this.picture, 0, 0, made.width, made.height);
      pen.fillStyle = fill;
      for (const mask of this.masks) {
        const x = Math.floor(mask.x * scale), y = Math.floor(mask.y * scale);
        pen.fillRect(x, y, Math.ceil((mask.x + mask.w) * scale) - x, Math.ceil((mask.y + mask.h) * scale) - y);
      }
      const blob = await new Promise((done) => made.toBlob(done, "image/png"));
      made.width = made.height = 0; // gives the memory back
      if (!blob) throw new Error("no picture was made");
      if (blob.size <= this.most.bytes) return blob;
      scale *= Math.min(0.9, 0.95 * Math.sqrt(this.most.bytes / blob.size));
    }
    throw new Error("no picture is small enough");
  }

  async send(submitter) {
    if (this.sending) return;
    this.sending = true;
    this.say("The masks are burned in, then the picture is sent.");
    try {
      const list = new DataTransfer();
      list.items.add(new File([await this.burned()], "masked.png", { type: "image/png" }));
      this.input.files = list.files;
      this.box.querySelector("[name=masks]").value = this.masks.length;
      this.sent = true;
      this.form.requestSubmit(submitter || undefined);
    } catch {
      this.say("The picture could not be made in this browser. Nothing was sent. Save it smaller and choose it again.");
    } finally {
      this.sending = false;
    }
  }
}

const known = new WeakMap();

function masksOf(input) {
  if (!known.has(input)) known.set(input, new Masks(input));
  return known.get(input);
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-masks-input]")) masksOf(event.target).show();
});

// Which mask was used last, for the button that removes it: the button itself
// takes the focus.
document.addEventListener("focusin", (event) => {
  const stage = event.target.closest("[data-masks-stage]");
  const input = stage && stage.closest("form").querySelector("[data-masks-input]");
  if (input) masksOf(input).at = masksOf(input).current();
});

document.addEventListener("submit", (event) => {
  const input = event.target.querySelector("[data-masks-input]");
  if (!input || input.files.length === 0) return;
  const masks = masksOf(input);
  if (masks.sent) {
    masks.sent = false;
    return;
  }
  event.preventDefault();
  if (masks.picture) masks.send(event.submitter);
  else masks.show(); // it was chosen before this file came: shown first
}, true);

// A picture that the browser kept from before is shown as well.
function showKept() {
  document.querySelectorAll("[data-masks-input]").forEach((input) => {
    input.dataset.ready = "";
    if (input.files.length > 0) masksOf(input).show();
  });
}

addEventListener("pageshow", showKept);
showKept();
