// The desk's page in the browser. Promise: nothing typed is lost, and no page shows an old state without saying so.
"use strict";

const body = document.body;
const line = document.getElementById("line");
const RENEW_EVERY = 20000;
let lost = null;
let renewed = 0;
let leads = false;

// --- the line to the desk

function say(problem) {
  line.textContent = problem;
  line.hidden = !problem;
}

// A browser opens six connections to one desk at most: of all tabs one holds the line and passes on what it hears.
function follow() {
  if (!navigator.locks || !window.BroadcastChannel) {
    leads = true;
    return open(hear);
  }
  const tabs = new BroadcastChannel("desk");
  tabs.onmessage = (event) => hear(...event.data);
  navigator.locks.request("desk-line", () => {
    leads = true;
    open((kind, words) => { tabs.postMessage([kind, words]); hear(kind, words); });
    return new Promise(() => {});
  });
}

function open(tell) {
  const source = new EventSource(body.dataset.live);
  for (const kind of ["change", "away", "signed-out", "typing"]) {
    source.addEventListener(kind, (event) => {
      clearTimeout(lost);
      lost = null;
      tell(kind, event.data);
    });
  }
  source.onerror = () => { lost = lost || setTimeout(() => tell("lost", ""), 3000); };
}

function hear(kind, words) {
  if (kind === "change") {
    say("");
    changed(words);
  }
  if (kind === "away") say(line.dataset.away);
  if (kind === "lost") say(line.dataset.lost);
  if (kind === "signed-out") location.href = body.dataset.signedOut;
  if (kind === "typing") typing(...words.split(/ (.*)/));
}

let hush = null;
function typing(id, name) {
  const page = document.querySelector("[data-case]");
  const place = document.getElementById("typing");
  if (!place || page.dataset.case !== id || document.getElementById("reply")) return;
  place.textContent = place.dataset.words.replace("…", name);
  clearTimeout(hush);
  hush = setTimeout(() => { place.textContent = ""; }, RENEW_EVERY + 5000);
}

// Many changes at once are one look.
const waiting = new Set();
let soon = null;
function changed(id) {
  waiting.add(id);
  soon = soon || setTimeout(() => {
    const page = document.querySelector("[data-case]");
    if (page && (waiting.has("*") || waiting.has(page.dataset.case))) htmx.trigger(body, "desk:change-" + page.dataset.case);
    htmx.trigger(body, "desk:change");
    if (leads && alerts && alerts.checked) look();
    waiting.clear();
    soon = null;
  }, 100);
}

// --- drafts: in this tab only, gone with it

const draftKey = (id) => "draft:" + id;

function restoreDrafts() {
  for (const area of document.querySelectorAll("[data-draft]")) {
    const draft = sessionStorage.getItem(draftKey(area.dataset.draft));
    if (area.value || !draft) continue;
    area.value = draft;
    for (let fold = area.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  }
  for (const kept of document.querySelectorAll("[data-kept]")) {
    const draft = sessionStorage.getItem(draftKey(kept.dataset.kept));
    kept.hidden = !draft;
    kept.querySelector(".words").textContent = draft || "";
  }
}

// Whatever is typed on the page of a case one holds is work on it.
document.addEventListener("input", (event) => {
  const area = event.target;
  if (area.dataset && area.dataset.draft !== undefined) sessionStorage.setItem(draftKey(area.dataset.draft), area.value);
  const form = document.querySelector("form[data-renew]");
  if (form && Date.now() - renewed > RENEW_EVERY) renew(form);
});

async function renew(form) {
  renewed = Date.now();
  const sent = new URLSearchParams({ csrf: body.dataset.csrf });
  try {
    const answer = await fetch(form.dataset.renew, { method: "POST", body: sent });
    if (answer.status === 409) changed("*");
  } catch { /* the line is lost; the banner says so */ }
}

// Forgotten when the desk says that it is done, not when it is sent: the line may be lost in between.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.forget) sessionStorage.setItem("ends", event.target.dataset.forget);
});

function forgetDrafts() {
  const ended = sessionStorage.getItem("ends");
  sessionStorage.removeItem("ends");
  if (!ended || !document.querySelector("[data-done]")) return;
  for (const key of Object.keys(sessionStorage)) if (key.startsWith("draft:") && key.endsWith(ended)) sessionStorage.removeItem(key);
}

// --- forms sent by htmx

body.addEventListener("htmx:configRequest", (event) => { event.detail.headers["X-CSRF"] = body.dataset.csrf; });

// Sent from a page of its own, the words are seen on the case's page.
body.addEventListener("desk:sent", (event) => {
  const form = event.target.closest("form");
  if (!document.querySelector("[data-case]")) return location.assign(form.action.replace(/\/[^/]+$/, ""));
  const area = (form.dataset.sends ? document.getElementById(form.dataset.sends) : form).querySelector("textarea");
  if (form.dataset.sends) document.getElementById("translated").replaceChildren();
  if (area) {
    sessionStorage.removeItem(draftKey(area.dataset.draft));
    area.value = "";
  }
  form.querySelector("[name=once]").value = event.detail.once;
  const fold = form.closest("#insert-fold");
  if (fold) fold.open = false;
  say("");
});

body.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 401) return;
  const page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
  const title = page.querySelector("h1");
  say(title ? title.textContent.trim() : line.dataset.refused);
  if (event.detail.xhr.status === 409) changed("*");
});

for (const name of ["htmx:sendError", "htmx:timeout"]) body.addEventListener(name, () => say(line.dataset.lost));

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) event.target.form.requestSubmit();
});

// --- new cases are said, and shown when the caseworker wants that

const alerts = document.getElementById("alerts");
if (alerts) {
  alerts.checked = localStorage.getItem("alerts") === "1";
  alerts.addEventListener("change", async () => {
    if (alerts.checked && "Notification" in window) await Notification.requestPermission();
    localStorage.setItem("alerts", alerts.checked ? "1" : "0");
  });
}

let known = null;
function announce() {
  const counts = document.getElementById("counts");
  if (!counts) return;
  const place = document.getElementById("announce");
  if (known && counts.dataset.announce !== place.textContent) place.textContent = counts.dataset.announce;
  count(counts);
}

// Also on a page that does not show the queue.
async function look() {
  if (document.getElementById("counts")) return;
  try {
    const answer = await fetch("/?counts=1", { headers: { "HX-Request": "true", "X-Live": "1" } });
    count(new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("counts"));
  } catch { /* the line is lost; the banner says so */ }
}

// Of all tabs the one with the line alerts.
function count(counts) {
  if (!counts) return;
  const { announce: words, alert, message, ...numbers } = counts.dataset;
  const now = Object.fromEntries(Object.entries(numbers).map(([name, number]) => [name, Number(number)]));
  if (known && leads && alerts.checked) {
    if (now.urgent > known.urgent) alertCaseworker(words);
    else if (now.waiting > known.waiting) alertCaseworker(alert);
    else if (now.heard > known.heard && document.hidden) alertCaseworker(message);
  }
  known = now;
}

function alertCaseworker(words) {
  if ("Notification" in window && Notification.permission === "granted" && document.hidden) new Notification(words);
  const sound = new AudioContext();
  const tone = sound.createOscillator();
  const volume = sound.createGain();
  volume.gain.setValueAtTime(0.08, sound.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.0001, sound.currentTime + 0.5);
  tone.connect(volume).connect(sound.destination);
  tone.frequency.value = 660;
  tone.start();
  tone.stop(sound.currentTime + 0.5);
}

// What was pressed is gone: whoever works by keyboard or ear goes on in what came.
body.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "insert" && document.activeElement === body) event.target.focus();
  restoreDrafts();
  announce();
});
body.addEventListener("htmx:oobAfterSwap", restoreDrafts);

forgetDrafts();
restoreDrafts();
announce();
follow();
