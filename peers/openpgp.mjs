// OpenPGP.js behind as much of the stateless command line as openpgp.py asks for. The folder of the
// pinned packages is the first word. Keys it makes are of version 6 (RFC 9580).
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";

const require = createRequire(process.argv[2] + "/");
const pgp = require("openpgp");
const config = { v6Keys: true, aeadProtect: true, preferredCompressionAlgorithm: pgp.enums.compression.zlib };
const [command, ...words] = process.argv.slice(3);
const option = (name) => words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
const names = words.filter((word) => !word.startsWith("--"));
const input = () => readFileSync(0);
const secret = (name) => pgp.readPrivateKey({ armoredKey: readFileSync(name, "utf8") });
const cert = (name) => pgp.readKey({ armoredKey: readFileSync(name, "utf8") });
const output = (data) => process.stdout.write(data);

const good = async (signatures) => {
  for (const signature of signatures) {
    try {
      await signature.verified;
      return true;
    } catch {
      // the next one
    }
  }
  return false;
};

const commands = {
  async "generate-key"() {
    const name = names[0].split(" ")[0];
    const userIDs = [{ name, email: `${name}@clinic.example` }];
    output((await pgp.generateKey({ type: "curve25519", userIDs, format: "armored", config })).privateKey);
  },
  async "extract-cert"() {
    output((await pgp.readPrivateKey({ armoredKey: input().toString() })).toPublic().armor());
  },
  async encrypt() {
    const message = await pgp.createMessage({ binary: input() });
    const encryptionKeys = await cert(names[0]);
    const signingKeys = await secret(option("sign-with"));
    output(await pgp.encrypt({ message, encryptionKeys, signingKeys, config }));
  },
  async decrypt() {
    const message = await pgp.readMessage({ armoredMessage: input().toString() });
    const decryptionKeys = await secret(names[0]);
    const verificationKeys = await cert(option("verify-with"));
    const opened = await pgp.decrypt({ message, decryptionKeys, verificationKeys, format: "binary" });
    writeFileSync(option("verifications-out"), (await good(opened.signatures)) ? "good\n" : "");
    output(opened.data);
  },
  async sign() {
    const message = await pgp.createMessage({ binary: input() });
    output(await pgp.sign({ message, signingKeys: await secret(names[0]), detached: true }));
  },
  async verify() {
    const message = await pgp.createMessage({ binary: input() });
    const signature = await pgp.readSignature({ armoredSignature: readFileSync(names[0], "utf8") });
    const checked = await pgp.verify({ message, signature, verificationKeys: await cert(names[1]) });
    process.exitCode = (await good(checked.signatures)) ? 0 : 3;
  },
};

await commands[command]();
