// Opens a locked package by the published description of AE-2, with Node's own primitives.
import { createCipheriv, createHmac, pbkdf2Sync } from "node:crypto";

const ROUNDS = 1000;
const CODE = 10;

// The one entry of the ZIP in clear; throws where the password or the code of authentication is wrong.
export function unlocked(octets, password) {
  const end = octets.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  const directory = octets.readUInt32LE(end + 16);
  const packed = octets.readUInt32LE(directory + 20);
  const from = 30 + octets.readUInt16LE(26) + octets.readUInt16LE(28);
  const data = octets.subarray(from, from + packed);
  const [salt, seen, body, code] = [data.subarray(0, 16), data.subarray(16, 18), data.subarray(18, -CODE), data.subarray(-CODE)];
  const keys = pbkdf2Sync(password, salt, ROUNDS, 66, "sha1");
  if (!keys.subarray(64).equals(seen)) throw new Error("the password is wrong");
  if (!createHmac("sha1", keys.subarray(32, 64)).update(body).digest().subarray(0, CODE).equals(code)) throw new Error("the package was altered");
  const counters = Buffer.alloc(Math.ceil(body.length / 16) * 16);
  for (let n = 0; n < counters.length / 16; n += 1) counters.writeUInt32LE(n + 1, n * 16);
  const cipher = createCipheriv("aes-256-ecb", keys.subarray(0, 32), null).setAutoPadding(false);
  const stream = cipher.update(counters);
  return Buffer.from(body.map((octet, at) => octet ^ stream[at]));
}
