// Rows on their way to the server. What is typed is kept in the page and in the session storage of
// this tab until the server has answered, so that neither a dropped network nor a reload loses a row.
// Signing out clears it (assets/sign_out.js), and another person's rows are never sent.

const PREFIX = "xuekang:";
const LONGEST_WAIT = 30_000;
const TIME_FOR_ANSWER = 20_000;

/** Forgets everything that this tab kept. */
export function forget() {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
}

/** Forgets what somebody else left in this tab. */
function forgetOthers(who) {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX) && !key.startsWith(`${PREFIX}${who}:`)) sessionStorage.removeItem(key);
  }
}

/** Random enough for an Idempotency-Key, also where the page came over plain http. */
export const newKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** One request to the API. Null when the network is down or nobody answers in time. */
export async function ask(url, { method = "GET", headers = {}, body } = {}) {
  const token = document.querySelector("meta[name=csrf]")?.content;
  if (method !== "GET") headers = { "X-CSRF-Token": token, "Content-Type": "application/json", ...headers };
  try {
    const response = await fetch(url, {
      method,
      headers,
      body: body && JSON.stringify(body),
      cache: "no-store",
      signal: AbortSignal.timeout?.(TIME_FOR_ANSWER),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : null };
  } catch {
    return null;
  }
}

/** Whether the same request may simply be sent again later. */
const isBusy = (status) => status === 408 || status === 429 || status >= 500;

export class Outbox {
  /**
   * `name` is what the rows belong to (class, term, kind), `who` the account. `changed(id, state)`
   * hears of "waiting", "saving" and "signin"; `answered(id, answer)` of everything else.
   */
  constructor({ name, who, changed, answered }) {
    forgetOthers(who);
    this.key = `${PREFIX}${who}:${name}`;
    this.changed = changed;
    this.answered = answered;
    this.delay = 1000;
    this.entries = new Map();
    try {
      this.entries = new Map(JSON.parse(sessionStorage.getItem(this.key) || "[]"));
    } catch {
      // What cannot be read was not written by this page.
    }
    addEventListener("online", () => this.flush());
  }

  /** An entry: { cells, send?: { method, url, headers, body, tried } }. */
  keep(id, entry) {
    this.entries.set(id, entry);
    this.write();
  }

  drop(id) {
    this.entries.delete(id);
    this.write();
  }

  write() {
    if (this.entries.size) sessionStorage.setItem(this.key, JSON.stringify([...this.entries]));
    else sessionStorage.removeItem(this.key);
  }

  get size() {
    return this.entries.size;
  }

  /** Sends what is to be sent, one after another, until it is all out or something is in the way. */
  async flush() {
    if (this.busy) return;
    this.busy = true;
    clearTimeout(this.timer);
    try {
      for (let next = this.next(); next; next = this.next()) if (!(await this.sendOne(...next))) break;
    } finally {
      this.busy = false;
    }
  }

  next() {
    return [...this.entries].find(([, entry]) => entry.send);
  }

  async sendOne(id, entry) {
    if (navigator.onLine === false) return this.later();
    const { send } = entry;
    // From here on the server may have it, whatever comes back: the key stays with this content.
    send.tried = true;
    this.write();
    this.changed(id, "saving");
    const answer = await ask(send.url, send);
    if (!answer || isBusy(answer.status)) return this.later(answer);
    if (answer.status === 401) {
      this.tellAll("signin");
      return false;
    }
    this.delay = 1000;
    // More may have been typed since; that entry is another object, which shares the request.
    const now = this.entries.get(id);
    if (now?.send === send) delete now.send;
    this.write();
    await this.answered(id, answer);
    return true;
  }

  /** Tries again after a while that doubles, or when the server asks to. */
  later(answer) {
    this.tellAll("waiting");
    const asked = Number(answer?.headers.get("Retry-After")) * 1000;
    this.timer = setTimeout(() => this.flush(), asked || this.delay);
    this.delay = Math.min(this.delay * 2, LONGEST_WAIT);
    return false;
  }

  tellAll(state) {
    for (const [id, entry] of this.entries) if (entry.send) this.changed(id, state);
  }
}
