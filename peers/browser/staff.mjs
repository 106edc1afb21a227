// What staff do: sign in, look, ask why, open, prove, cancel, sign out.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "./doors.mjs";
import { isFocused, keyboardReaches } from "./keyboard.mjs";
import { pictures, saved } from "./watch.mjs";

const SECRET_WORDS = ["219-09-9999", "basal cell", "pat@verified.example"];
const to = (address) => [{ address }];

// A deep link, every wrong turn, and no mouse. After the sign-in the deep link is where it leads.
export async function signInByKeyboard({ seen, places, app }, page) {
  await page.goto(`${places.console}console/messages?state=delivered`);
  seen.check("a visitor is led to the sign-in", new URL(page.url()).pathname === "/console/sign-in");
  await seen.look(page, "sign-in");
  await keyboardReaches(seen, page, ["a.skip", "#email", "#password", "button[type=submit]"]);
  await page.reload();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  seen.check("the skip link leads to the content", await isFocused(page, "#main"));
  await page.keyboard.press("Tab");
  seen.check("the first field follows the skip link", await isFocused(page, "#email"));

  await page.keyboard.type(places.email);
  await page.keyboard.press("Tab");
  await page.keyboard.type("a wrong password");
  await page.keyboard.press("Enter");
  await page.locator(".summary").waitFor();
  await seen.says(page, "Check this first", "The email address or the password is not right");
  seen.check("the address is kept", await page.locator("#email").inputValue() === places.email);
  seen.check("the password is not", await page.locator("#password").inputValue() === "");
  seen.check("the mistake is in focus", await isFocused(page, ".summary"));
  await seen.look(page, "sign-in-wrong");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  seen.check("a mistake leads to its field", await isFocused(page, "#password"));
  await page.keyboard.type(places.password);
  await page.keyboard.press("Enter");

  await page.waitForURL(/sign-in\/code/);
  await seen.look(page, "second-factor");
  await keyboardReaches(seen, page, ["a.skip", "#code", "button[type=submit]", "summary", ".asides a"]);
  await page.locator("#code").focus();
  await page.keyboard.type(app.wrong());
  await page.keyboard.press("Enter");
  await page.locator(".summary").waitFor();
  await seen.says(page, "This code is not right");
  await seen.look(page, "second-factor-wrong");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.keyboard.type(await app.next());
  await page.keyboard.press("Enter");
  await page.waitForURL(/console\/messages\?state=delivered/);
  seen.check("the deep link's filter is set", await page.locator("#state").inputValue() === "delivered");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  seen.check("the console's skip link leads to the content", await isFocused(page, "#main"));
}

export async function signIn({ seen, places, app }, page) {
  await page.goto(places.console);
  await page.fill("#email", places.email);
  await page.fill("#password", "a wrong password");
  await page.click("button[type=submit]");
  await seen.says(page, "The email address or the password is not right");
  seen.check("the address is kept", await page.locator("#email").inputValue() === places.email);
  await page.fill("#password", places.password);
  await page.click("button[type=submit]");
  await page.fill("#code", app.wrong());
  await page.click("button[type=submit]");
  await seen.says(page, "This code is not right");
  await page.fill("#code", await app.next());
  await page.click("button[type=submit]");
  await page.locator("h1", { hasText: "Overview" }).waitFor();
}

export async function overview({ seen, places }, page) {
  await page.goto(places.console);
  await seen.says(page, "Overview", "Unaccounted for", "As it must be", "Where is everything that was accepted?");
  const figure = (name) => page.locator(`.figure:has(h2:text-is("${name}")) .number`).innerText().then(Number);
  seen.check("nothing is unaccounted for", await figure("Unaccounted for") === 0);
  const counts = await page.locator(".figures-table tbody td.num:nth-child(2)").allInnerTexts();
  const sum = counts.map(Number).reduce((a, b) => a + b, 0);
  seen.check(`the states add up to ${sum}, accepted are ${await figure("Accepted")}`, sum === await figure("Accepted"));
  await seen.look(page, "overview");
  const links = await page.locator(".figures-table tbody a").evaluateAll((all) => all.map((a) => a.href));
  for (const [n, link] of links.entries()) {
    await page.goto(link);
    seen.check(`${link} lists nothing although ${counts[n]} are counted`, await page.locator("[data-row]").count() > 0);
  }
}

export async function list({ seen, places, folder }, page) {
  await page.goto(`${places.console}console/messages`);
  const all = await page.locator("[data-row]").count();
  seen.check(`${all} messages are listed`, all >= 6);
  const text = await seen.says(page, "Health information likely", "By API", "By SMTP", "Verified TLS", "Read in portal");
  for (const word of [...SECRET_WORDS, "Your biopsy results"]) seen.check(`the list shows "${word}"`, !text.includes(word));
  await seen.look(page, "messages");
  const narrow = async (how) => {
    for (const [name, value] of Object.entries(how)) {
      const field = page.locator(`#${name}`);
      await (await field.evaluate((e) => e.tagName) === "SELECT" ? field.selectOption(value) : field.fill(value));
    }
    await page.click(".filter button[type=submit]");
    await page.waitForLoadState();
    return page.locator("[data-row]").count();
  };
  seen.check("one message was returned", await narrow({ state: "bounced" }) === 1);
  seen.check("the filter is in the address", page.url().includes("state=bounced"));
  await page.click("text=Clear");
  const portal = await narrow({ method: "portal" });
  seen.check(`${portal} of ${all} went to the portal`, portal >= 3 && portal < all);
  seen.check("both filters hold together", await narrow({ state: "delivered" }) < portal);
  await page.goto(`${places.console}console/messages`);
  seen.check("days before the first message hold nothing", await narrow({ from: "2020-01-01", to: "2020-01-02" }) === 0);
  await seen.says(page, "Nothing fits this filter");
  await seen.look(page, "messages-none");
  page.expected = [422];
  await narrow({ from: "2020-01-03" });
  await seen.says(page, "The first day must come before the last day");
  seen.check("a wrong day is kept", await page.locator("#from").inputValue() === "2020-01-03");
  await seen.look(page, "messages-days-reversed");
  page.expected = [];
  await page.goto(`${places.console}console/messages`);
  const csv = readFileSync(await saved(page, page.locator("text=Export as CSV"), folder), "utf8");
  seen.check(`the export has ${csv.split("\r\n").length} lines for ${all} messages`, csv.split("\r\n").length === all + 2);
}

export async function why({ seen, places }, page) {
  await page.goto(`${places.console}console/messages?state=delivered&method=tls`);
  await page.locator("[data-row] a").last().click();
  const text = await seen.says(page, "What happened", "Accepted", "Decided", "Sealed", "Sent", "Delivered", "Why this way", "What was known", "Rules, in order", "Applied", "Did not apply", "What would change it", "Rules version", "Evidence of delivery", "Accepted by the server", "Verified", "About this message", "The content is sealed");
  for (const word of SECRET_WORDS) seen.check(`the sealed page shows "${word}"`, !text.includes(word));
  seen.check("facts are named", await page.locator("section:has(#why) dl dt").count() >= 5);
  seen.check("a rule applied", await page.locator(".rules .matched").count() >= 1);
  const raw = await page.locator("dt").allInnerTexts();
  for (const word of raw) seen.check(`"${word}" is no word of a person`, !/_/.test(word));
  await seen.look(page, "message");
  await page.locator(".why-tip summary").click();
  await page.locator(".tip").waitFor();
  await seen.read(page, "message with its badge open");
  await page.screenshot({ path: join(pictures, "badge-open.png") });
  for (const width of [360, 768, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await page.locator(".why-tip summary").hover();
    await page.locator(".tip").waitFor();
    const { left, right } = await page.locator(".tip").evaluate((tip) => tip.getBoundingClientRect().toJSON());
    seen.check(`the badge's reason reaches from ${left} to ${right} of ${width} px`, left >= 0 && right <= width);
  }
  await page.click("text=See the whole decision");
  seen.check("the badge leads to the decision", page.url().endsWith("#why"));
}

export async function open({ seen, places }, page) {
  await page.goto(`${places.console}console/messages?state=delivered&method=tls`);
  await page.locator("[data-row] a").last().click();
  await page.click("text=Open content, and record it");
  await seen.says(page, "You opened this content", "It is recorded", "Your biopsy results", ...SECRET_WORDS, "nina@riverside.example");
  await seen.look(page, "message-opened");
}

export async function proof({ seen, folder, verify, places }, page) {
  await page.goto(`${places.console}console/audit`);
  const key = await page.locator(".log [data-copy]").last().getAttribute("data-copy");
  await page.goto(`${places.console}console/messages?state=delivered&method=tls`);
  await page.locator("[data-row] a").last().click();
  const file = await saved(page, page.locator("text=Download proof"), folder);
  const found = await verify(file, "--key", key);
  seen.check(`verify said: ${found.said}`, found.good && /verified, level S[23]/.test(found.said));
  for (const word of SECRET_WORDS) seen.check(`the proof holds "${word}"`, !readFileSync(file, "utf8").includes(word));
  const forged = join(folder, "forged.proof.json");
  const bytes = readFileSync(file, "latin1");
  const at = bytes.indexOf('"', bytes.length / 2) + 3;
  writeFileSync(forged, bytes.slice(0, at) + (bytes[at] === "A" ? "B" : "A") + bytes.slice(at + 1), "latin1");
  const refused = await verify(forged, "--key", key);
  seen.check(`a changed proof passed: ${refused.said}`, !refused.good);
}

export async function audit({ seen, places, folder, verify }, page) {
  await page.goto(`${places.console}console/audit`);
  await seen.says(page, "The log is whole", "match the signed checkpoint", "Root hash", "Signing key", "Message accepted and decided", "Accepted by the recipient's server");
  await seen.look(page, "audit");
  await page.selectOption("#kind", "message.opened");
  await page.click(".filter button[type=submit]");
  await seen.says(page, "Content opened by staff", "usr_", "msg_");
  await page.selectOption("#kind", "");
  await page.click(".filter button[type=submit]");
  await page.click("text=Check the whole log now");
  await seen.says(page, "The log is whole");
  await page.click("text=How can I check this myself?");
  const key = await page.locator(".log [data-copy]").last().getAttribute("data-copy");
  const checkpoint = readFileSync(await saved(page, page.locator("text=Download checkpoint"), folder), "utf8");
  const note = /^(\S+\/org_\w+)\n\d+\n[A-Za-z0-9+/]{43}=\n\n\u2014 \1 [A-Za-z0-9+/=]+\n$/;
  seen.check(`the checkpoint is no signed note: ${checkpoint}`, note.test(checkpoint));
  const entry = await saved(page, page.locator("td a[download]").first(), folder);
  const found = await verify(entry, "--key", key);
  seen.check(`verify of an entry's proof said: ${found.said}`, found.good);
}

// What a returned letter, a fallback to the portal and a letter read say of themselves.
export async function ends({ seen, places }, page) {
  const cases = [
    ["bounced", "message-returned", ["Returned", "Refused for good"]],
    ["notified", "message-notified", ["Notice sent", "Portal"]],
    ["picked_up", "message-read", ["Read in portal", "Opened", "A reader who entered the mailed code", "Reply of"]],
  ];
  for (const [state, name, words] of cases) {
    await page.goto(`${places.console}console/messages?state=${state}`);
    await page.locator("[data-row] a").last().click();
    await seen.says(page, ...words);
    await seen.look(page, name);
  }
}

export async function several({ seen, places, api, mail }, page) {
  const known = await mail.list("lee@notls.example");
  const sent = await api.send({ to: [{ address: "pat@verified.example" }, { address: "lee@notls.example" }], subject: "Your family's visit", text: "Your diabetes check is on Monday." });
  await mail.arrived("lee@notls.example", "/p/", known);
  await until("both to be sent", async () => (await api.state(sent.id, 0) === "delivered" && await api.state(sent.id, 1) === "notified" ? true : null));
  await page.goto(`${places.console}console/messages/${sent.id}`);
  await seen.says(page, "Recipient 1", "Recipient 2", "For Recipient 1");
  await page.click("text=Recipient 2");
  await seen.says(page, "For Recipient 2");
  seen.check("the second recipient went to the portal", await page.locator(".page-head .tags").innerText().then((text) => text.includes("Portal")));
  await seen.look(page, "message-several");
  await page.click("text=Open content, and record it");
  await seen.says(page, "For lee@notls.example");
  await seen.look(page, "message-several-opened");
}

export async function cancel({ seen, places, api }, page) {
  const later = new Date(Date.now() + 2 * 86_400_000).toISOString();
  const first = await api.send({ to: to("pat@verified.example"), subject: "Later", text: "Your asthma check.", send_at: later });
  const second = await api.send({ to: to("pat@verified.example"), subject: "Later too", text: "Your asthma check.", send_at: later });
  await page.goto(`${places.console}console/messages?state=queued`);
  await page.check(`input[type=checkbox][value="${first.id}"]`);
  await page.click("text=Cancel selected (1 selected)");
  await page.locator("#confirm[open]").waitFor();
  await seen.read(page, "the dialog of a cancel");
  await page.screenshot({ path: join(pictures, "cancel-dialog.png") });
  await page.click("#confirm button[value=no]");
  seen.check("no changes nothing", await api.state(first.id) === "queued");
  await page.click("text=Cancel selected (1 selected)");
  await page.click("#confirm button[value=yes]");
  await page.locator("text=Delivery to 1 recipient was cancelled.").waitFor();
  seen.check("the message is cancelled", await api.state(first.id) === "cancelled");
  await page.goto(`${places.console}console/messages/${second.id}`);
  await seen.look(page, "message-waiting");
  await page.click("text=Cancel delivery");
  await page.click("#confirm button[value=yes]");
  await page.locator("text=Delivery to 1 recipient was cancelled.").waitFor();
  seen.check("the second is cancelled too", await api.state(second.id) === "cancelled");
  await seen.look(page, "message-cancelled");
}

export async function spanish({ seen, places }, page) {
  await page.goto(`${places.console}console?lang=es`);
  seen.check("the page says that it is Spanish", await page.getAttribute("html", "lang") === "es");
  await seen.says(page, "Resumen", "Sin explicar");
  await seen.look(page, "overview-es");
  await page.goto(`${places.console}console/messages?state=delivered&method=tls`);
  await page.locator("[data-row] a").last().click();
  await seen.says(page, "Qué ocurrió", "Por qué así");
  await seen.look(page, "message-es");
  await page.goto(`${places.console}console/audit`);
  await seen.says(page, "El registro está íntegro");
  await seen.look(page, "audit-es");
  await page.click("text=English");
  seen.check("the page is English again", await page.getAttribute("html", "lang") === "en");
}

export async function receipt({ seen, places, folder, verify }, page, letter) {
  await page.goto(`${places.console}console/messages/${letter.id}`);
  await seen.says(page, "Read in portal", "A reader who entered the mailed code", "Replied", "Reply of");
  await page.click("text=Open content, and record it");
  await seen.says(page, letter.text, letter.reply, letter.file);
  await seen.look(page, "message-replied-opened");
  const kept = readFileSync(await saved(page, page.locator(".files a").first(), folder));
  seen.check("staff's copy of the file is the file", kept.equals(letter.bytes));
  const found = await verify(await saved(page, page.locator("text=Download proof"), folder));
  seen.check(`the proof of reading said: ${found.said}`, found.good && found.said.includes("level S4"));
  await page.goto(`${places.console}console/messages/${letter.id}`);
  await page.locator("a", { hasText: "Reply of" }).click();
  await seen.says(page, "Portal reply");
  await seen.look(page, "reply");
  for (const kind of ["portal.read", "portal.downloaded", "portal.replied", "portal.code_refused"]) {
    await page.goto(`${places.console}console/audit?kind=${kind}`);
    await seen.says(page, letter.id);
  }
}

// Signs out from a page with content; what the browser remembers must not bring it back.
export async function signOut({ seen, places }, page) {
  await page.goto(`${places.console}console/messages?state=delivered&method=tls`);
  await page.locator("[data-row] a").last().click();
  await page.click("text=Open content, and record it");
  await seen.says(page, SECRET_WORDS[0]);
  await page.click("text=Sign out");
  await seen.says(page, "You are signed out.");
  await seen.look(page, "signed-out");
  await backShowsNothing(seen, page, [...SECRET_WORDS, "msg_", "Overview"]);
}

export async function backShowsNothing(seen, page, words) {
  for (let times = 1; times <= 3; times += 1) {
    await page.goBack({ timeout: 5_000 }).catch(() => null);
    await page.waitForLoadState().catch(() => null);
    const text = await page.locator("body").innerText();
    for (const word of words) seen.check(`going back ${times} times shows "${word}" at ${page.url()}`, !text.includes(word));
  }
}

// The same way on plain HTML: every act is a link or a form, and an act asks on a page of its own.
export async function withoutScripts(world) {
  const { seen, places, folder, api, verify } = world;
  const page = await seen.visitor({ javaScriptEnabled: false });
  await signIn(world, page);
  await page.goto(`${places.console}console/messages`);
  await page.selectOption("#state", "delivered");
  await page.click(".filter button[type=submit]");
  await page.locator("[data-row] a").last().click();
  await seen.says(page, "Why this way", "What would change it");
  await page.locator(".why-tip summary").click();
  await page.click("text=See the whole decision");
  await page.click("text=Open content, and record it");
  await seen.says(page, ...SECRET_WORDS);
  const found = await verify(await saved(page, page.locator("text=Download proof"), folder));
  seen.check(`verify said: ${found.said}`, found.good);
  await page.goto(`${places.console}console/audit`);
  await seen.says(page, "The log is whole");

  const later = new Date(Date.now() + 2 * 86_400_000).toISOString();
  const sent = await api.send({ to: to("pat@verified.example"), subject: "Later", text: "Your asthma check.", send_at: later });
  await page.goto(`${places.console}console/messages?state=queued`);
  await page.check(`input[type=checkbox][value="${sent.id}"]`);
  await page.click("text=Cancel selected");
  await seen.says(page, "Cancel 1 message?", "This cannot be undone");
  await seen.look(page, "cancel-asks");
  await page.click("text=Go back, change nothing");
  seen.check("going back changes nothing", await api.state(sent.id) === "queued");
  await page.goto(`${places.console}console/messages?state=queued`);
  await page.check(`input[type=checkbox][value="${sent.id}"]`);
  await page.click("text=Cancel selected");
  await page.locator("main button[type=submit]").click();
  await seen.says(page, "Delivery to 1 recipient was cancelled.");
  await page.click("text=Sign out");
  await seen.says(page, "You are signed out.");
  await backShowsNothing(seen, page, [...SECRET_WORDS, "msg_", "Overview"]);
  await page.context().close();
}
