// Does one step with a library that others wrote, or with our own script as phones get it. Reads
// {step, ...} as JSON, bytes in hexadecimal, and writes the answer likewise.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [repository, ours] = process.argv.slice(2);
const require = createRequire(`${repository}/package.json`);
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const unhex = (text) => new Uint8Array(Buffer.from(text, "hex"));
const PSS = { name: "RSA-PSS", hash: "SHA-384" };

async function blindRsa() {
  const { RSABSSA } = await import(pathToFileURL(require.resolve("@cloudflare/blindrsa-ts")));
  return RSABSSA.SHA384.PSS.Randomized();
}

const publicKey = (spki) => crypto.subtle.importKey("spki", unhex(spki), PSS, true, ["verify"]);
const privateKey = (pkcs8) => crypto.subtle.importKey("pkcs8", unhex(pkcs8), PSS, true, ["sign"]);

async function hpke() {
  const { Aes128Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } = require("@hpke/core");
  const [kem, kdf, aead] = [new DhkemP256HkdfSha256(), new HkdfSha256(), new Aes128Gcm()];
  return new CipherSuite({ kem, kdf, aead });
}

const steps = {
  blind: async ({ spki, message }) => {
    const made = await (await blindRsa()).blind(await publicKey(spki), unhex(message));
    return { blinded: hex(made.blindedMsg), unblinder: hex(made.inv) };
  },
  sign: async ({ pkcs8, blinded }) => {
    const signed = await (await blindRsa()).blindSign(await privateKey(pkcs8), unhex(blinded));
    return { signed: hex(signed) };
  },
  finalize: async ({ spki, message, signed, unblinder }) => {
    const suite = await blindRsa();
    const key = await publicKey(spki);
    const done = await suite.finalize(key, unhex(message), unhex(signed), unhex(unblinder));
    return { signature: hex(done) };
  },
  seal: async ({ point, plain, info }) => {
    const suite = await hpke();
    const recipientPublicKey = await suite.kem.deserializePublicKey(unhex(point));
    const sender = await suite.createSenderContext({ recipientPublicKey, info: unhex(info) });
    const sealed = await sender.seal(unhex(plain));
    return { sealed: hex(sender.enc) + hex(sealed) };
  },
  open: async ({ scalar, sealed, info }) => {
    const suite = await hpke();
    const recipientKey = await suite.kem.deserializePrivateKey(unhex(scalar));
    const [enc, rest] = [unhex(sealed).slice(0, 65), unhex(sealed).slice(65)];
    const recipient = await suite.createRecipientContext({ recipientKey, enc, info: unhex(info) });
    return { plain: hex(await recipient.open(rest)) };
  },
  ourBlind: async ({ modulus, message }) => {
    const { blind } = await import(`${ours}/passes.mjs`);
    const made = await blind(unhex(modulus), unhex(message));
    return { blinded: hex(made.blinded), unblinder: hex(made.unblinder) };
  },
  ourFinalize: async ({ modulus, message, signed, unblinder }) => {
    const { finalize } = await import(`${ours}/passes.mjs`);
    const done = await finalize(unhex(modulus), unhex(message), unhex(signed), unhex(unblinder));
    return { signature: hex(done) };
  },
  ourSeal: async ({ point, plain, info }) => {
    const { seal } = await import(`${ours}/sealing.mjs`);
    return { sealed: hex(await seal(unhex(point), unhex(plain), unhex(info))) };
  },
};

const asked = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(await steps[asked.step](asked)));
