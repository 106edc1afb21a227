// What the walk uses beside the browser: the REST API, the demo's mail, the authenticator, the verifier.
import { execFile } from "node:child_process";
import { createHmac } from "node:crypto";
import { promisify } from "node:util";

const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 200;
const STEP_S = 30;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// Asks until there is an answer that is not null, or patience ends.
export async function until(what, ask) {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await pause(LOOK_EVERY_MS)) {
    const answer = await ask();
    if (answer !== null) return answer;
  }
  throw new Error(`${what} did not happen within ${PATIENCE_MS / 1000} s`);
}

// RFC 4226 §5.3 over the step of RFC 6238 §4.2: HMAC-SHA-1, six digits.
export function codeOf(secret, step) {
  const bits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((octet) => parseInt(octet, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", key).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

// A code works once, so each one given is of a later step; the server takes one step ahead of its clock.
export function authenticator(secret) {
  let last = 0;
  const present = () => Math.floor(Date.now() / 1000 / STEP_S);
  return {
    async next() {
      const step = Math.max(last + 1, present());
      last = step;
      return until("the next code", () => (step <= present() + 1 ? codeOf(secret, step) : null));
    },
    // Six digits that no step near now has.
    wrong() {
      const near = [-2, -1, 0, 1, 2].map((n) => codeOf(secret, present() + n));
      return ["000000", "111111", "222222", "333333", "444444", "555555"].find((code) => !near.includes(code));
    },
  };
}

export function api(places) {
  const ask = async (method, path, body) => {
    const headers = { authorization: `Bearer ${places.api_key}`, "content-type": "application/json" };
    const answer = await fetch(`${places.api}${path}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return JSON.parse(text);
  };
  return {
    send: (message) => ask("POST", "/messages", { from: { address: places.email, name: "Nina Alvarez" }, ...message }),
    // The state of the only or of the n-th recipient.
    state: async (id, n = 0) => (await ask("GET", `/messages/${id}`)).recipients[n].state,
  };
}

// The letters that the simulated servers have, newest first, read as a person reads the viewer.
export function mailboxes(places) {
  const unescape = (html) => html.replace(/<[^>]*>/g, "").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
  const page = async (path) => (await fetch(new URL(path, places.viewer))).text();
  const list = async (to) => {
    const rows = (await page("/")).split("<tr>").filter((row) => row.includes(to));
    return rows.map((row) => row.match(/\/mail\/\d+/)?.[0]).filter(Boolean);
  };
  return {
    list,
    // The path of a letter to `to` that came after `known` were there and says `words`.
    arrived: (to, words, known) => until(`a letter to ${to} with "${words}"`, async () => {
      const fresh = (await list(to)).filter((path) => !known.includes(path));
      for (const path of fresh) if (unescape(await page(path)).includes(words)) return path;
      return null;
    }),
    text: async (path) => unescape(await page(path)),
  };
}

// `caduceus verify`: from the file alone. Gives what it said and whether it was content.
export function verifier(binary) {
  const run = promisify(execFile);
  return async (...words) => {
    try {
      return { good: true, said: (await run(binary, ["verify", ...words])).stdout };
    } catch (error) {
      return { good: false, said: `${error.stdout ?? ""}${error.stderr ?? ""}` };
    }
  };
}
