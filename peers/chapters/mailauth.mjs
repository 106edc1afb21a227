// What mailauth finds in messages: SPF, DKIM, DMARC, ARC. Reads the cases and the records of DNS from
// standard input; the folder of the pinned packages is the first word. Nothing is asked of the network.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(process.argv[2] + "/");
const { authenticate } = require("mailauth");
const { records, cases } = JSON.parse(readFileSync(0, "utf8"));

const missing = (code) => Object.assign(new Error(code), { code });

async function resolver(name, type) {
  const here = records.filter((record) => record.name === name.toLowerCase());
  if (here.length === 0) throw missing("ENOTFOUND");
  const alias = here.find((record) => record.type === "CNAME");
  if (alias) return resolver(alias.data.replace(/\.$/, ""), type);
  const data = here.filter((record) => record.type === type).map((record) => record.data);
  if (data.length === 0) throw missing("ENODATA");
  if (type === "TXT") return data.map((text) => [text]);
  if (type === "MX") {
    return data.map((text) => {
      const [priority, exchange] = text.split(" ");
      return { priority: Number(priority), exchange: exchange.replace(/\.$/, "") };
    });
  }
  return data;
}

const found = [];
for (const one of cases) {
  const { spf, dkim, dmarc, arc } = await authenticate(Buffer.from(one.message, "base64"), {
    ip: one.ip,
    helo: one.helo,
    sender: one.sender,
    mta: "second.opinion.example",
    disableBimi: true,
    strict: true,
    resolver,
  });
  found.push({
    spf: spf ? spf.status.result : "none",
    dkim: dkim.results.filter((result) => result.signingDomain).map((result) => [result.signingDomain, result.status.result]),
    dmarc: dmarc ? dmarc.status.result : "none",
    policy: dmarc ? (dmarc.policy ?? "none") : "none",
    arc: arc ? arc.status.result : "none",
  });
}
process.stdout.write(JSON.stringify({ found }));
