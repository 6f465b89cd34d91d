// Passkeys. A form with data-passkey="create" or "get" asks the server for the
// options (data-begin), the browser for the passkey, puts the answer into the
// form's field "answer" and sends the form. What goes wrong is said in the
// form's element with data-says; without this file the server says it. A form
// that listens has data-ready.

function bytes(text) {
  const raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(raw, (c) => c.charCodeAt(0));
}

function text(buffer) {
  if (!buffer) return undefined;
  const raw = Array.from(new Uint8Array(buffer), (b) => String.fromCharCode(b)).join("");
  return btoa(raw).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function described(list) {
  return (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
}

async function create(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: described(options.excludeCredentials),
    },
  });
  return {
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    authenticatorAttachment: made.authenticatorAttachment || undefined,
    clientExtensionResults: {},
    response: {
      clientDataJSON: text(made.response.clientDataJSON),
      attestationObject: text(made.response.attestationObject),
      transports: made.response.getTransports ? made.response.getTransports() : [],
    },
  };
}

async function get(options) {
  const used = await navigator.credentials.get({
    publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: described(options.allowCredentials) },
  });
  return {
    id: used.id,
    rawId: text(used.rawId),
    type: used.type,
    authenticatorAttachment: used.authenticatorAttachment || undefined,
    clientExtensionResults: {},
    response: {
      clientDataJSON: text(used.response.clientDataJSON),
      authenticatorData: text(used.response.authenticatorData),
      signature: text(used.response.signature),
      userHandle: text(used.response.userHandle),
    },
  };
}

const reasons = {
  NotAllowedError: "The browser gave no passkey: it was cancelled, took too long, or there is none for this site. Try again, or sign in with a link.",
  InvalidStateError: "This device has a passkey of yours for this site already.",
  SecurityError: "The browser refuses passkeys at this address. Open the site under its own name.",
};

async function ask(form) {
  const answer = await fetch(form.dataset.begin, { method: "POST", headers: { Accept: "application/json" } });
  if (!answer.ok) {
    const refused = await answer.json().catch(() => ({}));
    throw new Error(refused.text || "The site does not answer. Try again in a moment.");
  }
  const options = (await answer.json()).publicKey;
  const made = form.dataset.passkey === "create" ? await create(options) : await get(options);
  form.elements.answer.value = JSON.stringify(made);
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const says = form.querySelector("[data-says]");
  let asking = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (asking) return;
    if (!window.PublicKeyCredential) {
      says.textContent = "This browser has no passkeys. Use another browser, or sign in with a link.";
      return;
    }
    asking = true;
    says.textContent = "Your browser asks you for the passkey now.";
    try {
      await ask(form);
    } catch (error) {
      says.textContent = reasons[error.name] || error.message;
    }
    asking = false;
  });
  form.dataset.ready = "";
}
