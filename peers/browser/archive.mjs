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

  const row = page.locator(`a[href="/console/archive/${sent.id}"]`);
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

  await row.click();
  await seen.says(page, "Your loan", "Please bring it to the desk.", "newcomer@notls.example", "No hold keeps it.", "That you opened this message is in the audit log.");
  await seen.look(page, "archive-message");
  await page.click("nav >> text=Archive");

  await page.fill("#query", "from:nobodywrotethis");
  await page.click("button:has-text('Search')");
  await seen.says(page, "No message says that");

  await save(seen, page, sent.id);
  await page.goto(`${places.console}console/archive/gap`);
  await seen.says(page, "Is the archive complete?", "Night by night");
  await seen.look(page, "archive-gap");
  await anchored(seen, places, page);

  await page.goto(`${places.console}console/audit?kind=archive.shown`);
  await until("the record", async () => {
    await page.reload();
    return (await page.content()).includes("Words of archived messages shown") ? true : null;
  });
  seen.check("the record holds no word of it", !(await page.content()).includes(WORD));
}

// A search is kept under a name, run again from its list, and removed after it was asked whether that is meant.
async function save(seen, page, id) {
  await page.fill("#query", `${WORD.toLowerCase()} walker`);
  await page.click("button:has-text('Search')");
  await page.click("button:has-text('Save a search')");
  page.expected = [422];
  await page.click("button:text-is('Save')");
  await seen.says(page, "Say what the search is called");
  page.expected = [];
  await page.fill("#name", "Loans that end");
  await page.click("button:text-is('Save')");
  await seen.says(page, "The search is saved.", "Loans that end");
  await seen.look(page, "archive-searches");
  await page.click("button:has-text('Run')");
  seen.check("a saved search finds what it found", await page.locator(`a[href="/console/archive/${id}"]`).count() === 1);
  await page.click("text=Saved searches");
  await page.click("text=Loans that end");
  await page.click("text=Remove it");
  await seen.says(page, "Remove this search?");
  await page.click("button:has-text('Remove the search')");
  await seen.says(page, "The search is removed.");
}

// The demo's audit log leaves the house into a folder.
async function anchored(seen, places, page) {
  await until("a checkpoint to leave", async () => {
    await page.goto(`${places.console}console/audit/anchors`);
    return (await page.content()).includes("Left the house") ? true : null;
  });
  await seen.says(page, "Outside anchors", "A file", "Left the house");
  await seen.look(page, "anchors");
}
