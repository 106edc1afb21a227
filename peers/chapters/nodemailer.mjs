// Submits one message with nodemailer, then tries a wrong password. Reads what to do from standard
// input; the folder of the pinned packages is the first word. Writes what it sent, as it was sent.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(process.argv[2] + "/");
const nodemailer = require("nodemailer");
const MailComposer = require("nodemailer/lib/mail-composer");
const ask = JSON.parse(readFileSync(0, "utf8"));

const transport = (password) =>
  nodemailer.createTransport({
    host: "127.0.0.1",
    port: ask.port,
    secure: ask.implicit,
    requireTLS: true,
    auth: { user: ask.user, pass: password },
    tls: { ca: ask.ca, servername: ask.name },
  });

const composed = await new MailComposer({
  from: ask.from,
  to: ask.to,
  subject: ask.word,
  date: new Date("2026-11-22T08:00:00Z"),
  messageId: `<${ask.word}@clinic.example>`,
  text: "Grüße\n.\n..\nFrom here\n",
  html: "<p>Grüße</p>",
  attachments: [{ filename: "report.bin", content: Buffer.from([...Array(4096).keys()].map((n) => n & 255)) }],
})
  .compile()
  .build();
await transport(ask.password).sendMail({ envelope: { from: ask.from, to: [ask.to] }, raw: composed });
const wrong = await transport("wrong")
  .verify()
  .then(() => 235)
  .catch((error) => error.responseCode ?? String(error));
process.stdout.write(JSON.stringify({ original: composed.toString("utf8"), wrong }));
