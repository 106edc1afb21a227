// What a patient does, on a phone: notice, code, reading, a file, the one reply, leaving.
import { readFileSync } from "node:fs";
import { saved } from "./watch.mjs";
import { backShowsNothing } from "./staff.mjs";

const LEE = "lee@notls.example";
const TEXT = "Your A1c result is back. Keep taking metformin for your diabetes. The details are in the attached file.";
const REPLY = "Thank you. I will take it with breakfast.";
const FILE = "Results Lee.pdf";

// A PDF of one blank page: small, and what its type says.
const PDF = Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n", "latin1");

export async function viewer({ seen, places }) {
  const page = await seen.visitor();
  await page.goto(places.viewer);
  await seen.says(page, "What recipients have", LEE);
  await seen.look(page, "viewer");
  await page.locator("tr", { hasText: "kim@selfsigned.example" }).locator("a").click();
  await seen.says(page, "sent you a secure message");
  await seen.look(page, "viewer-letter");
  await page.context().close();
}

// Sends one with a file to someone whose server has no TLS; gives it with its notice's place.
async function letterFor({ api, mail }) {
  const known = await mail.list(LEE);
  const attachments = [{ name: FILE, content_type: "application/pdf", content: PDF.toString("base64") }];
  const sent = await api.send({ to: [{ address: LEE, name: "Lee Chen" }], subject: "Your A1c result", text: TEXT, attachments });
  return { id: sent.id, text: TEXT, reply: REPLY, file: FILE, bytes: PDF, notice: await mail.arrived(LEE, "/p/", known) };
}

// From the notice in a mail program on another site (so that no cookie of ours comes along) to the landing page.
async function arrive({ seen, places, mail }, page, letter) {
  const notice = await mail.text(letter.notice);
  for (const word of ["A1c", "metformin", "diabetes", "Lee", "Nina", "Results"]) seen.check(`the notice says "${word}"`, !notice.split("As it arrived")[0].replaceAll(LEE, "").includes(word));
  const other = new URL(letter.notice, places.viewer);
  other.hostname = "localhost";
  await page.goto(other.href);
  await page.locator("pre a").first().click();
  await page.waitForURL(/\/p\//);
}

// Asks for a code and gives the one that comes.
async function askCode({ mail }, page, button) {
  const known = await mail.list(LEE);
  await page.click(button);
  await page.locator("#code").waitFor();
  const path = await mail.arrived(LEE, "Your code", known);
  return (await mail.text(path)).match(/\b(\d{6})\b/)[1];
}

const otherThan = (code) => (code === "123456" ? "654321" : "123456");

export async function visit(world, letter) {
  const { seen, folder } = world;
  Object.assign(letter, await letterFor(world));
  const page = await seen.visitor({ width: "phone" });
  await arrive(world, page, letter);
  const landing = await seen.says(page, "You have a secure message", "Riverside Family Clinic", "Send me a code");
  for (const word of [LEE, "A1c", "Nina", FILE]) seen.check(`the landing page says "${word}"`, !landing.includes(word));
  await seen.look(page, "portal-landing");
  const code = await askCode(world, page, "text=Send me a code");
  await seen.look(page, "portal-code");
  await page.fill("#code", otherThan(code));
  await page.click("text=Open the message");
  await seen.says(page, "Check this first", "This code is wrong, used or too old");
  await seen.look(page, "portal-code-wrong");
  await page.fill("#code", code);
  await page.click("text=Open the message");
  await seen.says(page, "Your A1c result", TEXT, "From Nina Alvarez", "1 file", FILE, "You can reply once");
  await seen.look(page, "portal-message");
  const kept = readFileSync(await saved(page, page.locator(".files a"), folder));
  seen.check("the file is the file that was sent", kept.equals(PDF));
  await replyOnce(world, page);
  await page.click("text=Close this message");
  await seen.says(page, "The message is closed.");
  await seen.look(page, "portal-closed");
  await backShowsNothing(seen, page, [TEXT, REPLY, FILE]);
  await page.goto(page.url().replace(/(\/p\/[^/?]+).*/, "$1/message"));
  seen.check("the message does not open again without a code", !(await page.locator("body").innerText()).includes(TEXT));
  await page.context().close();
}

// One reply; the form of the same page left open in another tab is refused, and it is said.
async function replyOnce({ seen }, page) {
  const other = await page.context().newPage();
  other.refusals = [];
  await other.goto(page.url());
  await page.fill("#reply", REPLY);
  await page.click("text=Send reply");
  await seen.says(page, "Your reply was sent", "Riverside Family Clinic got it on");
  await seen.look(page, "portal-replied");
  await page.click("text=Back to the message");
  await seen.says(page, "From you", REPLY, "You replied on");
  seen.check("a second reply is offered", await page.locator("textarea").count() === 0);
  await seen.look(page, "portal-message-replied");
  await other.fill("#reply", "A second answer");
  await other.click("text=Send reply");
  const text = await seen.says(other, "You replied on");
  seen.check("a second reply is taken", !text.includes("A second answer"));
  await other.close();
}

export async function spanish(world) {
  const { seen } = world;
  const letter = await letterFor(world);
  const page = await seen.visitor({ width: "phone", locale: "es-MX" });
  await arrive(world, page, letter);
  seen.check("the page says that it is Spanish", await page.getAttribute("html", "lang") === "es");
  await seen.says(page, "Tiene un mensaje seguro");
  await seen.look(page, "portal-landing-es");
  const code = await askCode(world, page, "text=Enviarme un código");
  await page.fill("#code", otherThan(code));
  await page.click("text=Abrir el mensaje");
  await seen.says(page, "Revise esto primero");
  await seen.look(page, "portal-code-wrong-es");
  await page.fill("#code", code);
  await page.click("text=Abrir el mensaje");
  await seen.says(page, TEXT, "De Nina Alvarez", "1 archivo", "Su respuesta");
  await seen.look(page, "portal-message-es");
  await page.fill("#reply", "Gracias. Hasta el martes.");
  await page.click("text=Enviar respuesta");
  await seen.says(page, "Su respuesta se envió");
  await seen.look(page, "portal-replied-es");
  await page.click("text=Volver al mensaje");
  await page.click("text=English");
  await seen.says(page, "From you", "You replied on");
  await page.click("text=Close this message");
  await page.context().close();
}

export async function nothing({ seen, places }) {
  const page = await seen.visitor({ width: "phone" });
  page.expected = [404];
  await page.goto(`${places.portal}AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA`);
  await seen.says(page, "This link does not open a message");
  await seen.look(page, "portal-gone");
  await page.goto(`${places.console}no-such-page`);
  await seen.says(page, "This link does not open a message");
  await page.context().close();
}

export async function withoutScripts(world) {
  const { seen, folder } = world;
  const letter = await letterFor(world);
  const page = await seen.visitor({ width: "phone", javaScriptEnabled: false });
  await arrive(world, page, letter);
  const code = await askCode(world, page, "text=Send me a code");
  await page.fill("#code", otherThan(code));
  await page.click("text=Open the message");
  await seen.says(page, "This code is wrong, used or too old");
  await page.fill("#code", code);
  await page.click("text=Open the message");
  await seen.says(page, TEXT, FILE);
  const kept = readFileSync(await saved(page, page.locator(".files a"), folder));
  seen.check("the file is the file that was sent", kept.equals(PDF));
  seen.check("what only a script can do is not offered", await page.locator("[data-print]").isHidden());
  await replyOnce(world, page);
  await page.click("text=Close this message");
  await seen.says(page, "The message is closed.");
  await backShowsNothing(seen, page, [TEXT, REPLY, FILE]);
  await page.context().close();
}
