// The chat page: one Phone for each person; the server tells what changed, the page then reads it.
"use strict";

const OPEN_AT_FIRST = 3;
const OTHERS_LISTED = 200;
const NOTICE_MS = 4000;
const LIST_MS = 500;
const phones = new Map();
const byId = (id) => document.getElementById(id);

async function ask(path, body) {
  const request = body && {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)};
  const trouble = byId("trouble");
  try {
    const response = await fetch(`/sandbox${path}`, request);
    const answer = await response.json();
    if (!response.ok) throw Object.assign(new Error(answer.error), {status: response.status});
    trouble.hidden = true;
    return answer;
  } catch (error) {
    trouble.textContent = error.message || "The sandbox does not answer.";
    trouble.hidden = false;
    throw error;
  }
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const WRAPPERS = {
  bold: () => element("strong"), italic: () => element("em"), underline: () => element("u"),
  strikethrough: () => element("s"), spoiler: () => element("span"), code: () => element("code"),
  pre: () => element("pre"), blockquote: () => element("blockquote"), expandable_blockquote: () => element("blockquote"),
  text_link: (entity) => link(entity.url), url: (entity, text) => link(text), email: (entity, text) => link(`mailto:${text}`),
};

function link(address) {
  const safe = /^(https?:|mailto:|tel:)/i.test(address);
  return safe ? element("a", {href: address, target: "_blank", rel: "noopener noreferrer"}) : element("span");
}

// Entities are nested or apart, never crossing, and sorted by offset, the longer first.
function formatted(text, entities, from = 0, to = text.length) {
  const parts = [];
  let at = from;
  for (let i = 0; i < entities.length; i += 1) {
    const {offset, length, type} = entities[i];
    const end = offset + length;
    if (offset < at || end > to) continue;
    const inner = entities.slice(i + 1).filter((one) => one.offset >= offset && one.offset + one.length <= end);
    const wrapper = (WRAPPERS[type] || (() => element("span")))(entities[i], text.slice(offset, end));
    wrapper.append(...formatted(text, inner, offset, end));
    parts.push(text.slice(at, offset), wrapper);
    at = end;
  }
  parts.push(text.slice(at, to));
  return parts;
}

function attachment(message) {
  const {kind, file, location, contact} = message;
  if (kind === "voice" || kind === "audio") {
    return element("audio", {controls: "", src: file.url, "aria-label": "Voice message"});
  }
  if (kind === "photo") return element("img", {src: file.url, alt: "Photo"});
  if (kind === "sticker") return element("span", {class: "sticker", role: "img", "aria-label": "Sticker"}, "\u{1F44B}");
  if (file) return element("a", {href: file.url, download: file.name, dir: "auto"}, file.name);
  if (location) return element("span", {}, `Location ${location.latitude}, ${location.longitude}`);
  if (contact) return element("span", {}, `Contact ${contact.first_name}, ${contact.phone_number}`);
  return null;
}

class Phone {
  constructor(person) {
    this.person = person;
    this.bubbles = new Map();
    this.root = byId("phone").content.firstElementChild.cloneNode(true);
    this.root.setAttribute("aria-label", person.name);
    this.find("h2").textContent = person.name;
    this.find(".avatar").textContent = [...person.name][0].toUpperCase();
    this.find(".log").setAttribute("aria-label", `Chat of ${person.name}`);
    this.find("textarea").setAttribute("aria-label", `Message from ${person.name}`);
    this.find(".log").addEventListener("load", () => this.toEnd(), true);
    this.root.addEventListener("click", (event) => this.clicked(event));
    this.find(".compose").addEventListener("submit", (event) => this.submitted(event));
    this.find("form[data-panel]").addEventListener("submit", (event) => this.linkOpened(event));
    this.find("textarea").addEventListener("keydown", (event) => this.keyed(event));
    this.root.addEventListener("keydown", (event) => event.key === "Escape" && this.openPanel(""));
  }

  find(selector) { return this.root.querySelector(selector); }

  act(verb, body = {}) { return ask(`/people/${this.person.id}/${verb}`, body).catch(() => null); }

  async read() {
    const log = this.find(".log");
    log.setAttribute("aria-busy", "true");
    const {messages} = await ask(`/people/${this.person.id}/messages`);
    const there = new Set(messages.map((message) => message.id));
    for (const id of [...this.bubbles.keys()]) if (!there.has(id)) this.remove(id);
    messages.forEach((message) => this.show(message));
    log.removeAttribute("aria-busy");
    await this.portray();
  }

  // A sandbox that was started again knows nobody.
  async readOrClose() {
    try {
      await this.read();
    } catch (error) {
      if (error.status === 404) close(this.person.id);
    }
  }

  async portray() {
    const looks = await ask(`/people/${this.person.id}`);
    this.find(".sub").textContent = looks.blocked ? "has blocked the bot" : `app language: ${looks.language_code}`;
    this.find("[data-do=block]").hidden = looks.blocked || !looks.started;
    this.find("[data-do=unblock]").hidden = !looks.blocked;
    this.find("[data-do=start]").hidden = looks.blocked || looks.started;
    this.find(".compose").hidden = looks.blocked || !looks.started;
    this.find(".tools").hidden = looks.blocked;
    this.showCommands(looks.commands);
    const keyboard = this.find(".keyboard");
    keyboard.hidden = looks.blocked || !looks.keyboard.length;
    keyboard.replaceChildren(...looks.keyboard.map((row) => element("div", {}, ...row.map((text) =>
      element("button", {type: "button", dir: "auto", "data-press": text}, text)))));
  }

  showCommands(commands) {
    this.find("[data-open=menu]").hidden = !commands.length;
    this.find("[data-panel=menu]").replaceChildren(...commands.map(({command, description}) =>
      element("button", {type: "button", "data-command": `/${command}`}, element("strong", {}, `/${command}`),
        element("span", {dir: "auto"}, description))));
  }

  show(message) {
    const known = this.bubbles.get(message.id);
    if (known && known.revision >= message.revision) return;
    const mine = message.from === this.person.id;
    const bubble = element("div", {class: "bubble", dir: "auto"});
    const body = attachment(message);
    if (message.forwarded) bubble.append(element("div", {class: "aside"}, "Forwarded"));
    if (message.reply_to) bubble.append(element("div", {class: "quoted", dir: "auto"}, this.quote(message.reply_to)));
    if (body) bubble.append(body);
    bubble.append(...formatted(message.text, message.entities));
    const time = new Date(message.date * 1000).toLocaleTimeString([], {hour: "2-digit", minute: "2-digit"});
    const node = element("div", {class: this.look(message, mine), "data-message": message.id}, bubble,
      ...message.rows.map((row) => this.buttonRow(message, row)),
      element("div", {class: "when"}, message.edited ? `edited ${time}` : time));
    this.place(message, node, known);
    if (!mine) this.typing(0);
  }

  place(message, node, known) {
    const log = this.find(".log");
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    const focused = known && known.node.contains(document.activeElement);
    const later = [...this.bubbles.keys()].filter((id) => id > message.id).sort((a, b) => a - b)[0];
    if (known) known.node.replaceWith(node);
    else log.insertBefore(node, later ? this.bubbles.get(later).node : null);
    this.bubbles.set(message.id, {node, revision: message.revision, text: message.text || message.kind});
    if (focused) (node.querySelector("button") || log).focus();
    if (atEnd || !known) this.toEnd();
  }

  look(message, mine) { return `message${mine ? " mine" : ""}${message.rows.length ? " asks" : ""}`; }

  toEnd() { this.find(".log").scrollTop = this.find(".log").scrollHeight; }

  quote(id) { return `\u21A9 ${(this.bubbles.get(id) || {text: "message"}).text.slice(0, 60)}`; }

  buttonRow(message, row) {
    return element("div", {class: "buttons"}, ...row.map(({text, data, url}) => url
      ? element("a", {href: url, dir: "auto", target: "_blank", rel: "noopener noreferrer"}, text)
      : element("button", {type: "button", dir: "auto", "data-press": data, "data-of": message.id}, text)));
  }

  remove(id) {
    if (this.bubbles.has(id)) this.bubbles.get(id).node.remove();
    this.bubbles.delete(id);
  }

  typing(seconds) {
    clearTimeout(this.typingTimer);
    this.find(".typing").textContent = seconds ? "The bot is typing…" : "";
    if (seconds) this.typingTimer = setTimeout(() => this.typing(0), seconds * 1000);
  }

  notice(text) {
    clearTimeout(this.noticeTimer);
    this.find(".notice").textContent = text;
    if (text) this.noticeTimer = setTimeout(() => this.notice(""), NOTICE_MS);
  }

  openPanel(name) {
    for (const button of this.root.querySelectorAll("[data-open]")) {
      const open = button.dataset.open === name && button.getAttribute("aria-expanded") === "false";
      button.setAttribute("aria-expanded", String(open));
      this.find(`[data-panel=${button.dataset.open}]`).hidden = !open;
    }
    this.toEnd();
  }

  clicked(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const {do: verb, open, send, press, of, command} = button.dataset;
    if (open) this.openPanel(open);
    if (send) { this.openPanel(""); this.act("send", {kind: send}); }
    if (command) { this.openPanel(""); this.say(command); }
    if (press !== undefined) this.act("press", of ? {button: press, message: Number(of)} : {button: press});
    if (verb === "start") this.say("/start").then(() => focusAfter(button, this.find("textarea")));
    if (verb === "block" || verb === "unblock") this.act("block", {blocked: verb === "block"});
    if (verb === "close") close(this.person.id);
  }

  async say(text) { if (await this.act("text", {text})) await this.portray(); }

  submitted(event) {
    event.preventDefault();
    const box = this.find("textarea");
    const text = box.value.trim();
    box.value = "";
    box.focus();
    if (text) this.say(text);
  }

  keyed(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.find(".compose").requestSubmit();
  }

  linkOpened(event) {
    event.preventDefault();
    const payload = event.target.elements.payload.value.trim();
    this.openPanel("");
    this.say(`/start ${payload}`.trim());
  }
}

// Nobody who went on in the meantime loses the keyboard.
function focusAfter(pressed, next) {
  if ([pressed, document.body].includes(document.activeElement)) next.focus();
}

async function open(person) {
  if (!phones.has(person.id)) {
    const phone = new Phone(person);
    phones.set(person.id, phone);
    byId("phones").append(phone.root);
    await phone.read();
  }
  select(person.id);
}

function close(id) {
  phones.get(id).root.remove();
  phones.delete(id);
  select([...phones.keys()].pop());
  listOthers();
}

function select(id) {
  byId("empty").hidden = phones.size > 0;
  byId("tabs").hidden = phones.size < 2;
  for (const phone of phones.values()) phone.root.classList.toggle("shown", phone.person.id === id);
  byId("tabs").replaceChildren(...[...phones.values()].map(({person}) => {
    const tab = element("button", {type: "button", dir: "auto", "aria-pressed": String(person.id === id)}, person.name);
    tab.addEventListener("click", () => select(person.id));
    return tab;
  }));
}

async function listOthers() {
  const {people} = await ask("/people");
  const others = people.filter((person) => !phones.has(person.id)).slice(-OTHERS_LISTED);
  byId("more").hidden = !others.length;
  byId("others").replaceChildren(new Option("Open a phone…", ""), ...others.map((one) => new Option(one.name, one.id)));
  return people;
}

let listing;
function listSoon() {
  clearTimeout(listing);
  listing = setTimeout(listOthers, LIST_MS);
}

async function changed(change) {
  if (change.kind === "reload") return Promise.all([...phones.values()].map((phone) => phone.readOrClose()));
  if (change.kind === "commands") return Promise.all([...phones.values()].map((phone) => phone.portray()));
  const phone = phones.get(change.chat);
  if (!phone) return change.kind === "person" && listSoon();
  if (change.kind === "typing") return phone.typing(change.seconds);
  if (change.kind === "answer") return phone.notice(change.text);
  if (change.kind === "deleted") return phone.remove(change.message);
  if (change.kind === "person") return phone.portray();
  phone.show(await ask(`/chats/${change.chat}/messages/${change.message}`));
  return phone.portray();
}

function follow() {
  const stream = new EventSource("/sandbox/events");
  stream.onopen = () => changed({kind: "reload"});
  stream.onmessage = (event) => changed(JSON.parse(event.data)).catch(() => null);
}

byId("add").addEventListener("submit", async (event) => {
  event.preventDefault();
  const {name, language} = event.target.elements;
  const person = await ask("/people", {name: name.value, language_code: language.value});
  await open(person);
  focusAfter(event.submitter, phones.get(person.id).find("[data-do=start]"));
});

byId("others").addEventListener("change", async (event) => {
  const id = Number(event.target.value);
  if (id) await open(await ask(`/people/${id}`));
  listOthers();
});

(async () => {
  const people = await listOthers();
  for (const person of people.slice(-OPEN_AT_FIRST)) await open(person);
  listOthers();
  follow();
})();
