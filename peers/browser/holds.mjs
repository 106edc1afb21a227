// What an officer does when a dispute is near: opens a matter, places a hold, sees what it keeps, and cannot end it alone.
import { until } from "./doors.mjs";

const WORD = "Quakenbrueck";

export async function hold({ seen, places, api }, page) {
  const sent = await api.send({ to: [{ address: "newcomer@notls.example" }], subject: "The report", text: `The ${WORD} safety report is in the file room.` });
  await page.goto(`${places.console}console`);
  await page.click("nav >> text=Legal holds");
  await seen.says(page, "Nothing is on hold", "Open a matter first");
  await seen.look(page, "holds-empty");

  page.expected = [422];
  await page.click("button:has-text('Open the matter')");
  await seen.says(page, "Give the matter a name");
  page.expected = [];
  await page.fill("#name", "Lee v. Clinic");
  await page.click("button:has-text('Open the matter')");
  await seen.says(page, "The matter is open");

  page.expected = [422];
  await page.fill("#query", `"${WORD}`);
  await page.fill("#reason", "Notice of claim");
  await page.click("button:has-text('Place the hold')");
  await seen.says(page, "These words cannot be searched for");
  seen.check("what was written is still there", await page.locator("#query").inputValue() === `"${WORD}`);
  page.expected = [];
  seen.check("and so is the reason", await page.locator("#reason").inputValue() === "Notice of claim");
  await page.fill("#query", WORD);
  await page.click("button:has-text('Place the hold')");
  await seen.says(page, "The hold binds from now on", "Lee v. Clinic", "Everybody's mail");
  await seen.look(page, "holds");
  seen.check("no address says what is held", !page.url().includes(WORD));

  await page.click("a.title:has-text('Lee v. Clinic')");
  await until("it to be kept", async () => {
    await page.reload();
    return (await page.content()).includes(sent.id) ? true : null;
  });
  await seen.says(page, "1 message is covered", "Notice of claim");
  await page.fill("#reason", "Settled");
  await page.click("button:has-text('Ask for its release')");
  await seen.says(page, "The hold binds as before until another person agrees", "Somebody other than the person who asked");
  seen.check("nobody agrees to their own request", await page.locator("button:has-text('Agree to its release')").count() === 0);
  await seen.look(page, "hold-asked");
  await page.fill("#reason", "Appealed");
  await page.click("button:has-text('Keep it in force')");
  await seen.says(page, "The hold stays in force");
}
