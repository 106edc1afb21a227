// axe on a page as it stands: put in once a page, asked without a second page to finish in. No page of
// ours holds a frame. In the dark only colours differ, so there only contrast is read.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const require = createRequire(join(resolve(import.meta.dirname, ".."), "target/peers/node/package.json"));
const source = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const everything = { type: "tag", values: tags };
const colours = { type: "rule", values: ["color-contrast"] };

// What axe objects to, a line each.
export async function objections(page, scheme) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(source);
  const runOnly = scheme === "dark" ? colours : everything;
  const found = await page.evaluate(
    async (runOnly) => {
      const { violations, passes, incomplete } = await window.axe.run(document, { runOnly, resultTypes: ["violations", "passes", "incomplete"] });
      const say = (rule) => rule.nodes.map((node) => `axe ${rule.id}: ${node.target.join(" ")} (${node.failureSummary.split("\n")[1]?.trim()})`);
      return { read: passes.length + violations.length + incomplete.length, lines: violations.flatMap(say) };
    }, runOnly);
  // a reader that read nothing must not pass for one that found nothing
  return found.read ? found.lines : [`axe read nothing in the ${scheme}`];
}
