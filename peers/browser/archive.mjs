// What an officer does in the archive: finds a letter by what it says, sees the words and no more, opens it, and is on record.
import { until } from "./doors.mjs";

const WORD = "Zinnowitz";
const TEXT = `The loan of the ${WORD} walker ends on Monday. Please bring it to the desk.`;

export async function find({ seen, places, api }, page) {
  const sent = await api.send({ to: [{ address: "newcomer@notls.example" }], subject: "Your loan", text: TEXT });
  await page.goto(`${places.console}console`);
  await page.click("nav >> text=Archive");
  await seen.says(page, "Archive", "Is the archive complete?", "Everything that was accepted is archived or about to be");
  await seen.look(page, "archive");

  page.expected = [422];
  await page.fill("#query", `"${WORD}`);
  await page.click("button:has-text('Search')");
  await seen.says(page, "Close every quotation mark and bracket");
  page.expected = [];

  const row = page.locator(`a[href="/console/messages/${sent.id}"]`);
  await until("it to be archived", async () => {
    await page.fill("#query", `${WORD.toLowerCase()} NEAR/3 walkers OR "${WORD.toLowerCase()} walker"`);
    await page.click("button:has-text('Search')");
    return await row.count() === 1 ? true : null;
  });
  await seen.says(page, "Your loan", "newcomer@notls.example", "Please bring it to the desk.");
  const marked = await page.locator(".said mark").allTextContents();
  seen.check("the words that were looked for are marked", marked.includes(WORD) && marked.includes("walker") && !marked.includes("loan"));
  seen.check("what was looked for stays out of the address", !page.url().toLowerCase().includes(WORD.toLowerCase()));
  await seen.look(page, "archive-found");

  await page.fill("#query", "from:nobodywrotethis");
  await page.click("button:has-text('Search')");
  await seen.says(page, "No message says that");

  await page.goto(`${places.console}console/audit?kind=archive.shown`);
  await until("the record", async () => {
    await page.reload();
    return (await page.content()).includes("Words of archived messages shown") ? true : null;
  });
  seen.check("the record holds no word of it", !(await page.content()).includes(WORD));
}
