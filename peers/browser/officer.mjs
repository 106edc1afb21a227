// What an officer does: writes rules, tries them on last week's mail, makes them active, reviews what they hold.
import { until } from "./doors.mjs";

const SSN = "536-90-4399";
const RULES = `# social security numbers wait for a look
rule numbers-wait "Social security numbers wait":
  when kinds include us_ssn
  then quarantine notify compliance
  because a number that opens accounts is looked at first

rule names-of-illness "Names of illness" in shadow:
  when level at least likely
  then block
  because we wish to see how often it would strike
`;
const to = (address) => [{ address }];
const nurse = (api) => api.send({ to: to("newcomer@notls.example"), subject: "Your visit", text: `Your number is ${SSN}. Your diagnosis is type 2 diabetes.` });

// A nurse sends an SSN and a diagnosis to an address that nobody wrote to before, and sees why it goes to the portal.
export async function whyPortal({ seen, places, api }, page, kept) {
  const sent = await nurse(api);
  kept.message = sent.id;
  await until("the notice", async () => (await api.state(sent.id) === "notified" ? true : null));
  await page.goto(`${places.console}console/messages/${sent.id}`);
  const text = await seen.says(page, "Portal", "What was found", "Social Security number", "Text", "Why this way", "Applied");
  seen.check("the page shows no value", !text.includes(SSN) && !text.includes("diabetes") && !text.includes("newcomer@"));
  await seen.look(page, "message-found");
  await page.click("text=PHI was missed");
  await seen.says(page, "You said: PHI was missed.");
}

// What a change of the rules would have done to last week's mail, before it does anything.
export async function simulate({ seen, places }, page, kept) {
  await page.goto(`${places.console}console/rules`);
  await seen.says(page, "No rules of your own yet");
  await seen.look(page, "rules-empty");
  await page.click("text=Start from the starter rules");
  seen.check("the starter rules are there", (await page.locator("#text").inputValue()).includes("rule whole-records"));
  await seen.look(page, "rules-editor");
  await page.fill("#text", RULES.replace("kinds include", "kinds includ"));
  await page.fill("#reason", "The board asked for it.");
  page.expected = [422];
  await page.click("text=Check and save as a draft");
  await seen.says(page, "Line 3", "numbers-wait");
  await seen.look(page, "rules-faulty");
  page.expected = [];
  await page.fill("#text", RULES);
  await page.click("text=Check and save as a draft");
  await seen.says(page, "Saved as a draft", "It can be made active once it was tried.");
  await page.click("text=The last 7 days");
  // It runs beside the request; the page looks again by itself.
  await page.locator("text=What it would have done in the last 7 days").waitFor({ timeout: 30000 });
  const text = await seen.says(page, "What it would have done in the last 7 days", "would have got mail another way", "How often each rule struck", "In shadow");
  seen.check("a trial shows no value", !text.includes(SSN) && !text.includes("@"));
  seen.check("the nurse's message is an example", await page.locator(`a[href="/console/messages/${kept.message}"]`).count() === 1);
  await seen.look(page, "rules-trial");
  await page.click("text=Make it active…");
  await seen.look(page, "rules-ask");
  await page.fill("#reason", "The trial was as we wished.");
  await page.click("button:has-text('Make it active')");
  await seen.says(page, "It is in force.", "Social security numbers wait");
  await seen.look(page, "rules");
}

// The same message is held now; an officer sees why, and releases it.
export async function review({ seen, places, api }, page) {
  const sent = await nurse(api);
  await until("it to be held", async () => (await api.state(sent.id) === "held" ? true : null));
  await page.goto(`${places.console}console/messages/${sent.id}`);
  await seen.says(page, "What to do:", "Rule names-of-illness, in shadow, would have asked for");
  await seen.look(page, "message-held");
  await page.goto(`${places.console}console/held?rule=numbers-wait`);
  await seen.says(page, sent.id, "Social security numbers wait");
  await seen.look(page, "held");
  await page.locator(`a[href="/console/held/${sent.id}"]`).click();
  const text = await seen.says(page, "Why it is held", "a number that opens accounts is looked at first", "Social Security number", "Your decision");
  seen.check("the review shows no value and no address", !text.includes(SSN) && !text.includes("newcomer@"));
  await seen.look(page, "held-review");
  await page.fill("#reason", "Checked with the nurse by phone.");
  await page.click("button[value=release]");
  await seen.says(page, "Released.");
  await until("it to leave", async () => (["delivered", "notified"].includes(await api.state(sent.id)) ? true : null));
  await page.goto(`${places.console}console/rules/retire`);
  await page.fill("#reason", "The walk is over.");
  await page.click("button:has-text('Take it out of force')");
  await seen.says(page, "The platform's rules stand alone.");
}
