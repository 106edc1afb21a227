// Photographs every sample of every page at two widths, in light and in dark, and lets axe read each.
// Fails on any axe violation, on a page wider than its screen, and on anything a page tried to load
// from elsewhere or was refused by the content security policy.
//
//   cargo run -p caduceus-web --example pictures -- target/pictures
//   node peers/pictures.mjs [NAME-PART ...]
//
// Needs Debian's chromium, and playwright-core and axe-core in target/peers/node.
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { mkdtempSync, readdirSync, readFileSync, mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve, extname, sep } from "node:path";
import { objections } from "./axe.mjs";

const root = resolve(import.meta.dirname, "..");
const require = createRequire(join(root, "target/peers/node/package.json"));
const { chromium } = require("playwright-core");

const folder = join(root, "target/pictures");
// Pages are always read; pictures are for people who look at them.
const draws = !process.argv.includes("--no-pictures");
const wanted = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const widths = [360, 1280];
const schemes = ["light", "dark"];
const types = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml" };
const csp = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

// the same policy as the real server's, so that what it would refuse is refused here
const server = createServer((request, response) => {
  if (request.url === "/favicon.ico") return response.writeHead(204).end();
  const path = resolve(folder, `.${decodeURIComponent(new URL(request.url, "http://x").pathname)}`);
  if (!path.startsWith(folder + sep)) return response.writeHead(404).end();
  try {
    const bytes = readFileSync(path);
    response.writeHead(200, { "content-type": types[extname(path)], "content-security-policy": csp }).end(bytes);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const base = `http://127.0.0.1:${server.address().port}`;

const profile = mkdtempSync(join(tmpdir(), "caduceus-pictures-"));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: "/usr/bin/chromium",
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  viewport: { width: 1280, height: 900 },
});

const names = readdirSync(join(folder, "html")).filter((name) => name.endsWith(".html"))
  .filter((name) => !wanted.length || wanted.some((part) => name.includes(part))).sort();
mkdirSync(join(folder, "png"), { recursive: true });
const faults = [];
let taken = 0;

async function photograph(page, name) {
  const seen = [];
  page.removeAllListeners();
  page.on("console", (line) => ["error", "warning"].includes(line.type()) && seen.push(line.text()));
  page.on("pageerror", (error) => seen.push(String(error)));
  page.on("request", (request) => request.url().startsWith(base) || faults.push(`${name}: loads ${request.url()}`));
  await page.goto(`${base}/html/${name}`);
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    for (const scheme of schemes) await picture(page, name, width, scheme);
  }
  for (const line of seen) faults.push(`${name}: ${line}`);
}

async function picture(page, name, width, scheme) {
  const say = (what) => faults.push(`${name} ${width} ${scheme}: ${what}`);
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  if (wide > width) say(`is ${wide} px wide`);
  const small = await page.evaluate(() => [...document.querySelectorAll(".button, summary, nav a, input:not([type=hidden]):not([type=checkbox]), select, textarea, .files a")]
    .filter((e) => e.getClientRects().length && !e.closest(".why-tip") && e.getBoundingClientRect().height < 43.5).map((e) => e.outerHTML.slice(0, 80)));
  for (const target of small) say(`target below 44 px: ${target}`);
  for (const line of await objections(page, scheme)) say(line);
  await page.evaluate(() => document.activeElement?.blur());
  if (draws) await page.screenshot({ path: join(folder, "png", `${name.replace(".html", "")}--${width}-${scheme}.png`), fullPage: true });
  taken += 1;
}

// What the one script adds: each comfort is tried once.
async function comforts() {
  const page = await browser.newPage();
  const expect = async (what, got) => (await got) || faults.push(`script: ${what}`);
  const is = (selector) => page.evaluate((s) => document.activeElement?.matches(s), selector);
  await page.goto(`${base}/html/console-messages--many.html`);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await expect("j goes down the rows", is("[data-row]:nth-child(2) a"));
  await page.keyboard.press("k");
  await expect("k goes up", is("[data-row]:nth-child(1) a"));
  await page.keyboard.press("/");
  await expect("/ goes to the filter", is("[data-search]"));
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("?");
  await expect("? shows the keys", page.locator("#keys").isVisible());
  await page.keyboard.press("Escape");
  const act = page.locator("[data-count]");
  await expect("nothing selected, nothing to do", act.isDisabled());
  await page.locator("tbody input[type=checkbox]").first().check();
  await expect("a selection is counted", act.textContent().then((text) => text.includes("(1 selected)")));
  const before = page.url();
  await act.click();
  await expect("an act asks first", page.locator("#confirm").isVisible());
  await page.locator("#confirm button[value=no]").click();
  await expect("no means no", page.locator("#confirm").isHidden().then((hidden) => hidden && page.url() === before));
  await page.goto(`${base}/html/console-message--one.html`);
  await page.locator(".why-tip summary").click();
  await expect("a badge says why", page.locator(".tip").isVisible());
  await page.keyboard.press("Escape");
  await expect("and closes", page.locator(".tip").isHidden());
  await page.goto(`${base}/html/portal-enter_code--error_wrong.html`);
  await expect("a mistake is in focus", is(".summary"));
  await page.close();
}

const work = [...names];
async function worker() {
  const page = await browser.newPage();
  for (let name = work.shift(); name; name = work.shift()) await photograph(page, name);
}
await Promise.all([worker(), worker()]);
if (!wanted.length) await comforts();
await browser.close();
server.close();
rmSync(profile, { recursive: true, force: true });

for (const fault of faults) console.error(fault);
console.log(`${taken} pictures of ${names.length} samples in ${join(folder, "png")}, ${faults.length} faults`);
process.exit(faults.length || !taken ? 1 : 0);
