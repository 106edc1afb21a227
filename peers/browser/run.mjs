// The end-to-end test in a browser: starts the demo, walks through it as staff and as a patient, stops it.
//
//   node peers/browser/run.mjs target/debug/caduceus [PART-OF-A-CHAPTER'S-NAME ...]
//
// Ends with 1 when anything was not as it must be. Pictures of every page are in target/pictures/walk.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { walk } from "./walk.mjs";

const START_MS_MAX = 180_000;
const STOP_MS_MAX = 20_000;
const WALK_MS_MAX = 20 * 60_000;

const [binary, ...wanted] = process.argv.slice(2);
if (!binary) {
  console.error("usage: node peers/browser/run.mjs BINARY");
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), "caduceus-walk-"));
const demo = spawn(resolve(binary), ["demo", "--json", "--dir", join(folder, "demo")], { stdio: ["ignore", "pipe", "pipe"] });
const ended = new Promise((done) => demo.once("exit", (code, signal) => done({ code, signal })));
const heard = { out: "", err: "" };
demo.stderr.on("data", (bytes) => { heard.err += bytes; });
const failed = (error) => [`the walk stopped: ${error.stack ?? error}`];

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    await stop();
    process.exit(1);
  });
}

let faults;
try {
  const places = await within(START_MS_MAX, "the demo's addresses", addresses());
  faults = await within(WALK_MS_MAX, "the walk", walk({ places, binary: resolve(binary), folder, wanted }));
} catch (error) {
  faults = failed(error);
}
faults.push(...await stop());
for (const fault of faults) console.error(fault);
if (faults.length && heard.err) console.error(`the demo said:\n${heard.err.slice(-4000)}`);
rmSync(folder, { recursive: true, force: true });
console.log(faults.length ? `${faults.length} faults` : "the walk is as it must be");
process.exit(faults.length ? 1 : 0);

// The line of standard output that is an object.
function addresses() {
  return new Promise((found, lost) => {
    demo.stdout.on("data", (bytes) => {
      heard.out += bytes;
      const line = heard.out.split("\n").slice(0, -1).find((text) => text.startsWith("{"));
      if (line) found(JSON.parse(line));
    });
    ended.then(({ code, signal }) => lost(new Error(`the demo ended early (${code ?? signal})`)));
    demo.once("error", lost);
  });
}

// By its id, as a person presses Ctrl-C; a demo that does not end is a fault.
async function stop() {
  if (demo.exitCode !== null || demo.signalCode !== null) return [`the demo had ended already (${demo.exitCode ?? demo.signalCode})`];
  demo.kill("SIGINT");
  try {
    const { code, signal } = await within(STOP_MS_MAX, "the demo's end", ended);
    return code === 0 ? [] : [`the demo ended with ${code ?? signal}`];
  } catch (error) {
    demo.kill("SIGKILL");
    return failed(error);
  }
}

function within(ms, what, work) {
  let timer;
  const late = new Promise((_, lost) => { timer = setTimeout(() => lost(new Error(`${what} took longer than ${ms / 1000} s`)), ms); });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
