// Proofwalk in the browser. Every page and every form works without this file;
// it only makes them quicker to use. No state is kept here that matters.
(function () {
  "use strict";

  // ---- Trusted Types -------------------------------------------------------
  // One default policy: no scripts from strings; script addresses only for our
  // own hashed assets; markup only if it is, letter for letter, an answer that
  // htmx got from this origin.
  var received = [];
  var ownAsset = /^\/assets\/[a-z0-9_\/-]+\.[0-9a-f]{12}\.(js|wasm)$/;

  function remember(markup) {
    var body = markup.replace(/<head(\s[^>]*)?>[\s\S]*?<\/head>/i, "");
    received.push(markup, body, '<body><template class="internal-htmx-wrapper">' + body + "</template></body>");
    if (received.length > 48) received.splice(0, received.length - 48);
  }

  if (window.trustedTypes && trustedTypes.createPolicy) {
    trustedTypes.createPolicy("default", {
      createHTML: function (markup) {
        if (received.indexOf(markup) >= 0) return markup;
        return null;
      },
      createScriptURL: function (address) {
        var url = new URL(address, location.href);
        return url.origin === location.origin && ownAsset.test(url.pathname) ? address : null;
      },
      createScript: function () { return null; }
    });
  }

  document.addEventListener("htmx:beforeOnLoad", function (event) {
    var xhr = event.detail.xhr;
    if (new URL(xhr.responseURL || "", location.href).origin === location.origin) remember(xhr.responseText);
  }, true);
  document.addEventListener("htmx:sseBeforeMessage", function (event) {
    if (event.detail && event.detail.origin === location.origin) remember(event.detail.data);
  }, true);

  // ---- Times in the reader's zone -----------------------------------------
  var zone = Intl.DateTimeFormat().resolvedOptions();

  function zoneName(date, style) {
    var names = ["en-US", "en-GB"].map(function (locale) {
      var parts = new Intl.DateTimeFormat(locale, { timeZoneName: style }).formatToParts(date);
      return parts.filter(function (p) { return p.type === "timeZoneName"; })[0].value;
    });
    return /^GMT./.test(names[0]) ? names[1] : names[0];
  }

  function offset(date) {
    var minutes = -date.getTimezoneOffset(), size = Math.abs(minutes);
    function two(n) { return (n < 10 ? "0" : "") + n; }
    return "UTC" + (minutes < 0 ? "\u2212" : "+") + two(Math.floor(size / 60)) + ":" + two(size % 60);
  }

  // Pages that are kept say the year of each time; others leave out this one.
  function inZone(date, precision, years) {
    var parts = {};
    new Intl.DateTimeFormat("en-GB", {
      weekday: "short", day: "numeric", month: "short", year: "numeric",
      hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23"
    }).formatToParts(date).forEach(function (p) { parts[p.type] = p.value; });
    var clock = parts.hour + ":" + parts.minute + (precision === "minute" || precision === "clock-zone" ? "" : ":" + parts.second);
    if (precision === "clock") return clock;
    if (precision === "clock-zone") return clock + " " + zoneName(date, "short");
    var day = parts.weekday + " " + parts.day + " " + parts.month.slice(0, 3);
    if (years || date.getFullYear() !== new Date().getFullYear()) day += " " + parts.year;
    return day + ", " + clock + " " + zoneName(date, "short");
  }

  function localTimes(root) {
    root.querySelectorAll("time[data-precision]").forEach(function (element) {
      var date = new Date(element.dateTime);
      if (!isNaN(date)) element.textContent = inZone(date, element.dataset.precision, element.closest("[data-years]"));
    });
    root.querySelectorAll("[data-zone-note]").forEach(function (element) {
      var now = new Date();
      element.textContent = "Times in " + zoneName(now, "long") + " (" + zoneName(now, "short") + ", " + offset(now) + ")";
      element.title = zone.timeZone;
    });
    root.querySelectorAll("input[data-zone-field]").forEach(function (element) { element.value = zone.timeZone; });
  }

  // ---- Focus: an error summary or a confirmation comes first ---------------
  function focusFirst(root) {
    var wanted = root.querySelector("[data-focus]");
    if (wanted && wanted !== document.activeElement) {
      wanted.focus({ preventScroll: false });
      wanted.removeAttribute("data-focus");
    }
  }

  function prepare(root) {
    localTimes(root);
    focusFirst(root);
    openMasterRow(root);
  }

  // ---- Forms that cannot be sent twice -------------------------------------
  function busy(form, button) {
    form.dataset.sent = "";
    if (!button || !button.dataset.busy) return;
    button.dataset.label = button.textContent;
    var width = button.getBoundingClientRect().width;
    button.classList.add("busy");
    button.setAttribute("aria-disabled", "true");
    var label = button.querySelector(".button-label") || button;
    button.dataset.label = label.textContent;
    label.textContent = button.dataset.busy;
    if (width) button.style.minWidth = Math.ceil(width) + "px";
  }

  function rest(form) {
    delete form.dataset.sent;
    form.querySelectorAll(".busy").forEach(function (button) {
      button.classList.remove("busy");
      button.removeAttribute("aria-disabled");
      (button.querySelector(".button-label") || button).textContent = button.dataset.label;
    });
  }

  document.addEventListener("submit", function (event) {
    var form = event.target, button = event.submitter;
    if ("sent" in form.dataset || (button && button.getAttribute("aria-disabled") === "true")) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    if (form.method === "get" || form.target) return;
    // After this turn, so that the button's own name and value are sent.
    setTimeout(function () { if (!event.defaultPrevented || form.matches("[hx-post],[data-hx-post]")) busy(form, button); }, 0);
  }, true);

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[aria-disabled=true]");
    if (button) event.preventDefault();
  }, true);

  document.addEventListener("htmx:afterRequest", function (event) {
    var form = event.target.closest && event.target.closest("form");
    if (form) rest(form);
  });
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(rest);
  });

  // A request that never arrived: say so beside the form, keep what was typed.
  document.addEventListener("htmx:sendError", function (event) {
    var form = event.target.closest("form") || event.target;
    var old = form.querySelector(".notice-unsent");
    if (old) old.remove();
    var notice = document.createElement("p");
    notice.className = "notice notice-fail notice-unsent";
    notice.setAttribute("role", "alert");
    notice.textContent = "The server did not answer. Nothing was saved, and what you typed is still here. Send it again in a moment.";
    form.prepend(notice);
  });

  document.addEventListener("htmx:afterSwap", function (event) { prepare(event.detail.target || event.target); });
  document.addEventListener("htmx:sseMessage", function (event) { localTimes(event.target); });

  // ---- Keys ----------------------------------------------------------------
  // Letters act only outside fields, and can be switched off for good (WCAG
  // 2.1.4) by any checkbox with data-shortcuts-switch.
  function shortcutsOn() {
    try { return localStorage.getItem("shortcuts") !== "off"; } catch (e) { return true; }
  }

  function step(selector, direction, current) {
    var rows = Array.prototype.slice.call(document.querySelectorAll(selector));
    if (!rows.length) return;
    var at = rows.findIndex(current || function (row) { return row === document.activeElement || row.contains(document.activeElement); });
    var next = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? (direction > 0 ? 0 : rows.length - 1) : at + direction))];
    var target = next.matches("a,button,input,[tabindex]") ? next : next.querySelector("a,button,[tabindex]");
    if (!target) { next.tabIndex = -1; target = next; }
    target.focus();
    target.scrollIntoView({ block: "nearest" });
  }

  function openMasterRow(root) {
    var row = root.querySelector(".item-list [aria-current]");
    if (row && row.closest(".item-list").scrollHeight > row.closest(".item-list").clientHeight) row.scrollIntoView({ block: "nearest" });
  }

  var keys = {
    "/": function () { var field = document.querySelector("[data-search]"); if (field) { field.focus(); field.select(); } return !!field; },
    j: function () { step("[data-row]", 1); },
    k: function () { step("[data-row]", -1); },
    n: function () { step("[data-finding]", 1); },
    p: function () { step("[data-finding]", -1); }
  };

  document.addEventListener("keydown", function (event) {
    if (event.defaultPrevented || event.altKey || event.metaKey || event.ctrlKey || !shortcutsOn()) return;
    if (event.target.closest("input:not([type=checkbox]):not([type=radio]),textarea,select,[contenteditable]")) return;
    var own = document.querySelector('[data-key="' + CSS.escape(event.key.toLowerCase()) + '"]');
    if (own && own.getAttribute("aria-disabled") !== "true") {
      event.preventDefault();
      own.focus();
      own.click();
      return;
    }
    var act = keys[event.key.toLowerCase()];
    if (act && act() !== false) event.preventDefault();
  });

  // Control Enter sends the form one is in.
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    var form = event.target.closest("form[data-control-enter]");
    if (form) { event.preventDefault(); form.requestSubmit(form.querySelector("button.primary")); }
  });

  document.addEventListener("change", function (event) {
    if (!event.target.matches("[data-shortcuts-switch]")) return;
    try { localStorage.setItem("shortcuts", event.target.checked ? "on" : "off"); } catch (e) { /* private mode: for this page only */ }
  });

  document.addEventListener("DOMContentLoaded", function () {
    prepare(document);
    document.querySelectorAll("[data-shortcuts-switch]").forEach(function (box) { box.checked = shortcutsOn(); });
  });
})();
