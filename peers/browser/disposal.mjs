// The last day of a record: a hold blocks its disposal and says why; two people end the hold and two destroy the record; its
// certificate verifies without the server. The demo lets the days between pass.
import { until } from "./doors.mjs";
import { saved } from "./watch.mjs";

const WORD = "Zwiebelturm";
const JOB_MS = 30_000;

export async function lastDay({ seen, places, folder, api, verify }) {
  const sent = await api.send({ to: [{ address: "pat@verified.example" }], subject: "The menu", text: `The ${WORD} menu of the canteen.` });
  await adopted(places, sent.id);
  const nina = { email: places.email, password: places.password, code: "#code" };
  const sam = { ...places.second, code: "#code-officer" };
  const desks = { nina: await seen.visitor(), sam: await seen.visitor() };
  const enter = (name, who) => signedIn(places, desks[name], who);

  await enter("sam", sam);
  await profiled({ seen, places }, desks.sam);
  await desks.sam.goto(`${places.console}console/retention`);
  await desks.sam.fill("input[id^=reason-]", "Counsel read it");
  await desks.sam.click("button:has-text('Approve')");
  await seen.says(desks.sam, "Approved. It counts when it has cooled off");

  await enter("nina", nina);
  const page = desks.nina;
  await page.goto(`${places.console}console/holds`);
  await page.fill("#name", "Canteen v. Clinic");
  await page.click("button:has-text('Open the matter')");
  await page.selectOption("#matter", { label: "Canteen v. Clinic" });
  await page.fill("#query", WORD);
  await page.fill("#reason", "Notice of claim");
  await page.click("button:has-text('Place the hold')");
  await seen.says(page, "The hold binds from now on");

  await later(places, 400);
  await enter("nina", nina);
  await page.goto(`${places.console}console/disposals`);
  await seen.says(page, "Nothing was ever destroyed");
  await seen.look(page, "disposals-empty");
  page.expected = [422];
  await page.click("button:has-text('Put together what is due')");
  await seen.says(page, "Say why: it stays on record");
  page.expected = [];
  await page.fill("#reason", "Yearly disposal");
  await page.click("button:has-text('Put together what is due')");
  await seen.says(page, "It is being put together");
  await latest(places, page, "Waits for a second person");
  await seen.says(page, "Nothing can be destroyed", "Blocked: kept, though due", "A legal hold keeps it", "Legal hold: Canteen v. Clinic", sent.id);
  seen.check("nobody can agree to what a hold keeps", await page.locator("button:has-text('Agree')").count() === 0);
  await seen.look(page, "disposal-blocked");
  await page.fill("#reason", "Settle the claim first");
  await page.click("button:has-text('Call it off')");
  await seen.says(page, "Called off. Nothing is destroyed by it");

  await page.click("a:has-text('Legal hold: Canteen v. Clinic')");
  const hold = page.url();
  await page.fill("#reason", "Settled");
  await page.click("button:has-text('Ask for its release')");
  await enter("sam", sam);
  await desks.sam.goto(hold);
  await desks.sam.fill("#reason", "Settled, counsel agrees");
  await desks.sam.click("button:has-text('Agree to its release')");

  await later(places, 31);
  await enter("nina", nina);
  await page.goto(`${places.console}console/disposals`);
  await page.fill("#reason", "Yearly disposal");
  await page.click("button:has-text('Put together what is due')");
  await latest(places, page, "Waits for a second person");
  await seen.says(page, "own-canteen version 1", sent.id, "Somebody other than the person who asked");
  seen.check("nobody agrees to what they asked for", await page.locator("button:has-text('Agree')").count() === 0);
  await enter("sam", sam);
  await desks.sam.goto(page.url());
  await seen.look(desks.sam, "disposal-proposed");
  await desks.sam.fill("#reason", "Read the sample");
  await desks.sam.click("button:has-text('Agree: destroy these records')");
  await seen.says(desks.sam, "Agreed. It begins when its time to cool off is over", "Cooling off");

  await later(places, 15);
  await enter("nina", nina);
  await page.goto(desks.sam.url());
  await shows(page, "Done, provisional");
  await seen.says(page, "Take the certificate", "Provisional until");
  await seen.look(page, "disposal-done");
  const file = await saved(page, page.locator("a:has-text('Take the certificate')"), folder);
  const said = await verify(file);
  seen.check(`the certificate verifies: ${said.said}`, said.good && said.said.includes("certificate of disposal, provisional") && said.said.includes("1 records"));
  await page.goto(`${places.console}console/messages/${sent.id}`);
  await seen.look(page, "message-destroyed");
  await seen.says(page, "The content was destroyed when its time was over", "The disposal and its certificate");
  seen.check("nothing of the letter is left on its page", !(await page.content()).includes("pat@verified.example"));

  await later(places, 31);
  await enter("nina", nina);
  await page.goto(desks.sam.url());
  await shows(page, "Done, final");
}

// What the organisation is, as an officer says it.
async function profiled({ seen, places }, page) {
  await page.goto(`${places.console}console/retention`);
  await page.click("text=What this organisation is");
  await page.fill("#states", "New York");
  await page.check("#provider_physician");
  page.expected = [422];
  await page.click("button:has-text('Put it on record')");
  await seen.says(page, "Name at least one state by its two letters");
  page.expected = [];
  seen.check("what was ticked is still ticked", await page.isChecked("#provider_physician"));
  await page.fill("#states", "ny");
  await page.fill("#reason", "Counsel read it");
  await page.click("button:has-text('Put it on record')");
  await seen.says(page, "On record. Rules of its states show below");
  await page.click("text=What this organisation is");
  await seen.look(page, "retention-profile");
  seen.check("what was said shows", await page.inputValue("#states") === "NY");
}

// What the letter is, and a rule for such letters, with what it would change on record.
async function adopted(places, id) {
  const ask = async (method, path, body) => {
    const headers = { authorization: `Bearer ${places.records_key}`, "content-type": "application/json" };
    const answer = await fetch(`${places.api}${path}`, { method, headers, body: JSON.stringify(body) });
    if (!answer.ok && answer.status !== 404) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.ok ? answer.json() : null;
  };
  const reason = "Counsel read it";
  // Once it is in the archive.
  await until("the letter to be archived", () => ask("POST", `/retention/items/${id}/classes`, { classes: ["routine"], reason }));
  const rule = { id: "own-canteen", jurisdiction: "ORG", classes: ["routine"], record: "menus", keep: "1 year", from: ["creation"], citation: "House rule 3", confidence: "high" };
  const { number } = await ask("POST", "/retention/proposals", { own: rule, reason });
  await ask("POST", `/retention/proposals/${number}/impact`, {});
}

async function later(places, days) {
  await fetch(new URL("/later", places.viewer), { method: "POST", body: `days=${days}`, redirect: "manual" });
}

async function signedIn(places, page, who) {
  await page.goto(`${places.console}console/sign-in`);
  await page.fill("#email", who.email);
  await page.fill("#password", who.password);
  await page.click("button[type=submit]");
  // A code works once: one that was used already is followed by the next.
  let last = null;
  await until("the second factor", async () => {
    const shown = await (await fetch(places.viewer)).text();
    const code = shown.match(new RegExp(`id="${who.code.slice(1)}">(\\d+)`))[1];
    if (code === last) return null;
    last = code;
    page.expected = [422];
    await page.fill("#code", code);
    await page.click("button[type=submit]");
    page.expected = [];
    return (await page.locator("h1", { hasText: "Overview" }).count()) ? true : null;
  });
}

async function latest(places, page, words) {
  await until(words, async () => {
    await page.goto(`${places.console}console/disposals`);
    return (await page.locator("tbody tr").first().innerText()).includes(words) ? true : null;
  });
  await page.locator("tbody tr a.title").first().click();
}

async function shows(page, words) {
  await until(words, async () => {
    await page.waitForTimeout(JOB_MS / 60);
    await page.reload();
    return (await page.locator("main").innerText()).includes(words) ? true : null;
  });
}
