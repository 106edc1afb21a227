// Who watches over the browser: what pages load, say and show, at two widths, in light and in dark.
//
// A fault is noted and the walk goes on; only what the next step needs stops a chapter.
import { createRequire } from "node:module";
import { mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { objections } from "../axe.mjs";

const root = resolve(import.meta.dirname, "../..");
const require = createRequire(join(root, "target/peers/node/package.json"));
const { chromium } = require("playwright-core");

export const pictures = join(root, "target/pictures/walk");
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const widths = { phone: 360, desk: 1280 };
const STEP_MS_MAX = 15_000;
const PART_MS_MAX = 5 * 60_000;

export async function watch(places, wanted) {
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures, { recursive: true });
  // the back button must meet the browser's own memory of pages, which the driver turns off otherwise
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", headless: true, args: flags, ignoreDefaultArgs: ["--disable-back-forward-cache"] });
  return new Watch(places, browser, wanted);
}

class Watch {
  constructor(places, browser, wanted) {
    this.wanted = wanted;
    this.faults = [];
    this.browser = browser;
    this.ours = new URL(places.console).origin;
    this.viewer = new URL(places.viewer);
    this.chapter = "";
    this.pictured = 0;
    this.looked = 0;
  }

  fault(what) {
    this.faults.push(`${this.chapter}: ${what}`);
  }

  check(what, holds) {
    if (!holds) this.fault(what);
  }

  // One part of the story; what stops it is a fault, pictured, and the next part begins.
  async part(name, work) {
    const chosen = !this.wanted.length || name.includes("keyboard") || this.wanted.some((word) => name.includes(word));
    if (!chosen) return;
    this.chapter = name;
    const before = this.faults.length;
    let timer;
    const late = new Promise((_, stop) => { timer = setTimeout(() => stop(new Error(`took longer than ${PART_MS_MAX / 1000} s`)), PART_MS_MAX); });
    try {
      await Promise.race([work(), late]);
    } catch (error) {
      this.fault(String(error.stack ?? error));
      for (const context of this.browser.contexts()) {
        for (const page of context.pages()) await page.screenshot({ path: join(pictures, `stopped-${name.replaceAll(" ", "_")}.png`) }).catch(() => null);
      }
    }
    clearTimeout(timer);
    const found = this.faults.slice(before);
    console.log([`   ${found.length ? "FAIL" : "ok  "} ${name}`, ...found.map((fault) => `        ${fault}`)].join("\n"));
  }

  // A browser window of someone new: `width` is phone or desk.
  async visitor({ width = "desk", ...more } = {}) {
    const size = { width: widths[width], height: width === "phone" ? 740 : 900 };
    const context = await this.browser.newContext({ viewport: size, locale: "en-US", reducedMotion: "reduce", acceptDownloads: true, ...more });
    context.setDefaultTimeout(STEP_MS_MAX);
    const page = await context.newPage();
    page.refusals = [];
    page.withoutScripts = more.javaScriptEnabled === false;
    this.follow(context);
    return page;
  }

  follow(context) {
    context.on("console", (line) => {
      const refused = line.text().startsWith("Failed to load resource") && context.pages().some((page) => page.refusals?.some((url) => line.location().url === url));
      if (["error", "warning"].includes(line.type()) && !refused) this.fault(`the browser says: ${line.text()} (${line.location().url})`);
    });
    context.on("weberror", (error) => this.fault(`a script failed: ${error.error()}`));
    context.on("request", (request) => {
      const to = new URL(request.url());
      if (to.protocol === "about:") return;
      const from = request.isNavigationRequest() ? null : new URL(request.frame().url()).origin;
      const allowed = from ? [from] : [this.ours, this.viewer.origin, `http://localhost:${this.viewer.port}`];
      this.check(`${request.url()} was asked for by ${from ?? "a link"}`, allowed.includes(to.origin));
    });
    context.on("response", (response) => this.judge(response).catch(() => null));
  }

  // Headers of every page of ours, and no answer that the walk did not provoke.
  async judge(response) {
    const [request, status, url] = [response.request(), response.status(), response.url()];
    if (new URL(url).origin !== this.ours) return;
    const page = request.isNavigationRequest() ? request.frame().page() : {};
    const wanted = [200, 303, request.method() === "POST" ? 422 : 304, ...(page.expected ?? [])];
    if (status >= 400) page.refusals?.push(url);
    this.check(`${request.method()} ${url} answered ${status}`, wanted.includes(status));
    const headers = await response.allHeaders();
    if (!(headers["content-type"] ?? "").startsWith("text/html")) return;
    const policy = headers["content-security-policy"] ?? "";
    this.check(`${url} has a weak policy: ${policy}`, policy.startsWith("default-src 'self';") && !policy.includes("unsafe"));
    this.check(`${url} may be kept: ${headers["cache-control"]}`, headers["cache-control"] === "no-store");
  }

  // The page at both widths, in light and dark: what axe finds, whether it fits, and a picture. Axe is
  // a script: where none run, it has read the same page before.
  async look(page, name) {
    const size = page.viewportSize();
    this.pictured += 1;
    const number = String(this.pictured).padStart(2, "0");
    for (const width of Object.values(widths)) {
      await page.setViewportSize({ width, height: size.height });
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        const where = `${name} at ${width} px, ${colorScheme}`;
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        this.check(`${where} is ${wide} px wide`, wide <= width);
        if (!page.withoutScripts) await this.read(page, where, colorScheme);
        await page.screenshot({ path: join(pictures, `${number}-${name}--${width}-${colorScheme}.png`), fullPage: true });
      }
    }
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await page.setViewportSize(size);
  }

  async read(page, where, scheme) {
    this.looked += 1;
    for (const line of await objections(page, scheme)) this.fault(`${where}: ${line}`);
  }

  async says(page, ...words) {
    const text = await page.locator("body").innerText();
    for (const word of words) this.check(`${page.url()} does not say "${word}"`, text.includes(word));
    return text;
  }

  async close() {
    await this.browser.close();
  }
}

// A link or button that saves a file: its bytes and where they are.
export async function saved(page, trigger, folder) {
  const coming = page.waitForEvent("download");
  await trigger.click();
  const download = await coming;
  const path = join(folder, download.suggestedFilename());
  await download.saveAs(path);
  return path;
}
