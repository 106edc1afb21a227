// The order of the walk: what staff and patient do, one after the other, in one running demo.
import { api, authenticator, mailboxes, verifier } from "./doors.mjs";
import * as archive from "./archive.mjs";
import * as disposal from "./disposal.mjs";
import * as holds from "./holds.mjs";
import * as officer from "./officer.mjs";
import * as patient from "./patient.mjs";
import * as staff from "./staff.mjs";
import { pictures, watch } from "./watch.mjs";

// Runs all chapters, or the sign-in and those that `wanted` names in part. Gives the faults found, as lines of text.
export async function walk({ places, binary, folder, wanted }) {
  const seen = await watch(places, wanted);
  const world = { seen, places, folder, api: api(places), mail: mailboxes(places), app: authenticator(places.totp_secret), verify: verifier(binary) };

  const desk = await seen.visitor();
  await seen.part("the keyboard alone signs in", () => staff.signInByKeyboard(world, desk));
  await seen.part("overview", () => staff.overview(world, desk));
  await seen.part("list and filters", () => staff.list(world, desk));
  await seen.part("why this way", () => staff.why(world, desk));
  await seen.part("content opens and is recorded", () => staff.open(world, desk));
  await seen.part("proof verifies offline", () => staff.proof(world, desk));
  await seen.part("audit log", () => staff.audit(world, desk));
  await seen.part("every end of a message", () => staff.ends(world, desk));
  await seen.part("several recipients", () => staff.several(world, desk));
  await seen.part("cancel asks first", () => staff.cancel(world, desk));
  const kept = {};
  await seen.part("a nurse sees why it goes to the portal", () => officer.whyPortal(world, desk, kept));
  await seen.part("rules are tried on last week's mail", () => officer.simulate(world, desk, kept));
  await seen.part("an officer reviews and releases", () => officer.review(world, desk));
  await seen.part("an officer finds a letter in the archive", () => archive.find(world, desk));
  await seen.part("an officer places a legal hold and cannot end it alone", () => holds.hold(world, desk));
  await seen.part("staff pages in Spanish", () => staff.spanish(world, desk));

  await seen.part("the mail viewer", () => patient.viewer(world));
  const letter = {};
  await seen.part("a patient reads and replies once", () => patient.visit(world, letter));
  await seen.part("staff sees receipt and reply", () => staff.receipt(world, desk, letter));
  await seen.part("a patient reads in Spanish", () => patient.spanish(world));
  await seen.part("links that open nothing", () => patient.nothing(world));
  await seen.part("signed out, the back button shows nothing", () => staff.signOut(world, desk));

  await seen.part("staff without scripts", () => staff.withoutScripts(world));
  await seen.part("a patient without scripts", () => patient.withoutScripts(world));

  // Last: the demo's time goes on for years.
  await seen.part("a record's last day", () => disposal.lastDay(world));

  await seen.close();
  console.log(`${seen.pictured} pages pictured in ${pictures}, ${seen.looked} times read by axe`);
  return seen.faults;
}
