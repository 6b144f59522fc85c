// Sealing: what is sealed here only the close of the wave can open (RFC 9180, base mode, P-256,
// HKDF-SHA256, AES-128-GCM), and the ballot that carries it to the box.

const text = new TextEncoder();
const CURVE = { name: "ECDH", namedCurve: "P-256" };
const SIGNING = { name: "ECDSA", namedCurve: "P-256" };
const KEM = concat(text.encode("KEM"), Uint8Array.of(0, 0x10));
const HPKE = concat(text.encode("HPKE"), Uint8Array.of(0, 0x10, 0, 1, 0, 1));
const NOTHING = new Uint8Array(0);

export const PLAIN_BYTES = { scores: 64, comment: 2048 };

function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let start = 0;
  for (const part of parts) {
    whole.set(part, start);
    start += part.length;
  }
  return whole;
}

async function hmac(key, message) {
  // No browser takes an empty key; 32 zero bytes are the same key to HMAC.
  const bytes = key.length ? key : new Uint8Array(32);
  const kind = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", bytes, kind, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, message));
}

function extract(suite, salt, label, secret) {
  return hmac(salt, concat(text.encode("HPKE-v1"), suite, text.encode(label), secret));
}

// At most 32 bytes, so one block of HKDF is enough.
async function expand(suite, key, label, info, length) {
  const size = Uint8Array.of(0, length);
  const labelled = concat(size, text.encode("HPKE-v1"), suite, text.encode(label), info);
  return (await hmac(key, concat(labelled, Uint8Array.of(1)))).slice(0, length);
}

async function pointOf(key) {
  return new Uint8Array(await crypto.subtle.exportKey("raw", key));
}

// Returns the encapsulated key and the ciphertext.
export async function seal(openingPoint, plain, info) {
  const pair = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const theirs = await crypto.subtle.importKey("raw", openingPoint, CURVE, false, []);
  const enc = await pointOf(pair.publicKey);
  const rule = { name: "ECDH", public: theirs };
  const shared = new Uint8Array(await crypto.subtle.deriveBits(rule, pair.privateKey, 256));
  const prk = await extract(KEM, NOTHING, "eae_prk", shared);
  const agreed = await expand(KEM, prk, "shared_secret", concat(enc, openingPoint), 32);
  const context = concat(
    Uint8Array.of(0),
    await extract(HPKE, NOTHING, "psk_id_hash", NOTHING),
    await extract(HPKE, NOTHING, "info_hash", info),
  );
  const secret = await extract(HPKE, agreed, "secret", NOTHING);
  const raw = await expand(HPKE, secret, "key", context, 16);
  const iv = await expand(HPKE, secret, "base_nonce", context, 12);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain);
  return concat(enc, new Uint8Array(sealed));
}

// A fresh key for one ballot; its private half cannot be read out, not even by this page.
export async function makeBallotKey() {
  const pair = await crypto.subtle.generateKey(SIGNING, false, ["sign"]);
  return { privateKey: pair.privateKey, point: await pointOf(pair.publicKey) };
}

// For each question 0 for skipped, else the number of the option from 1.
export function encodeAnswers(choices) {
  const plain = new Uint8Array(PLAIN_BYTES.scores);
  plain.set([1, choices.length, ...choices]);
  return plain;
}

export function encodeComment(words) {
  const plain = new Uint8Array(PLAIN_BYTES.comment);
  const written = text.encode(words);
  plain.set([1, written.length >> 8, written.length & 255]);
  plain.set(written, 3);
  return plain;
}

// The parts in the order of surveys/ballot_format.py, signed with the ballot's own key.
export async function makeBallot(pass, plain, openingPoint, descriptorHash) {
  const kind = Uint8Array.of(pass.kind);
  const sealed = await seal(openingPoint, plain, concat(descriptorHash, kind));
  const unsigned = concat(pass.keyId, kind, pass.point, pass.prefix, pass.signature, sealed);
  const rule = { name: "ECDSA", hash: "SHA-256" };
  const signature = await crypto.subtle.sign(rule, pass.privateKey, unsigned);
  return concat(unsigned, new Uint8Array(signature));
}
