// What an officer does when a dispute is near: opens a matter, places a hold, cannot end it alone, and exports what it keeps.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "./doors.mjs";
import { unlocked } from "./package.mjs";
import { saved } from "./watch.mjs";

const WORD = "Quakenbrueck";

export async function hold({ seen, places, folder, api }, page) {
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

  page.expected = [422];
  await page.click("text=Export all that it keeps");
  await page.fill("#recipient", "Doe & Roe LLP");
  await page.check("#format_dat");
  await page.click("button:has-text('Make the package')");
  await seen.says(page, "Say why it is disclosed");
  page.expected = [];
  await page.fill("#purpose", "Subpoena");
  await page.click("button:has-text('Make the package')");
  await seen.says(page, "The package is ready", "1 message", "It shows only now");
  await seen.look(page, "export-made");
  const password = (await page.locator("[data-copyable]").first().textContent()).trim();
  const octets = readFileSync(await saved(page, page.locator("a:has-text('Download')").first(), folder));
  seen.check("nothing of it can be read without the password", !octets.includes(WORD) && !octets.includes("manifest.json"));
  const inside = join(folder, "export");
  mkdirSync(inside);
  writeFileSync(join(inside, "package.zip"), unlocked(octets, password));
  execFileSync("python3", ["-m", "zipfile", "-e", "package.zip", "."], { cwd: inside });
  execFileSync("sha256sum", ["-c", "--quiet", "SHA256SUMS"], { cwd: inside });
  const manifest = JSON.parse(readFileSync(join(inside, "manifest.json")));
  seen.check("the package says what it is", manifest.items === 1 && manifest.requester === "Doe & Roe LLP" && manifest.purpose === "Subpoena");
  seen.check("the message is in it", manifest.per_document[0].id === sent.id && readFileSync(join(inside, manifest.per_document[0].native)).includes(WORD));
}
