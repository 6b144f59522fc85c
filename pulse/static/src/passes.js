// Passes: having something signed that the signer cannot see (RFC 9474, randomised, SHA-384).
// Plain code on purpose: read it beside docs/security-threat-model.md. Numbers are BigInt,
// everything else is bytes. A false key or signature throws; nothing is sent after that.

const PROTOCOL = new TextEncoder().encode("pulse/v1");
const EXPONENT = 65537n;
const HASH = 48; // bytes of SHA-384, and of the salt
const KEY = 256; // bytes of a pass key's modulus
// What stands before and after the modulus in the SubjectPublicKeyInfo of a 2048-bit key.
const SPKI_START = fromHex("30820122300d06092a864886f70d01010105000382010f003082010a0282010100");
const SPKI_END = fromHex("0203010001");

export const KINDS = { scores: 1, comment: 2 };

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let start = 0;
  for (const part of parts) {
    whole.set(part, start);
    start += part.length;
  }
  return whole;
}

export function fromHex(text) {
  return Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
}

export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function fromBase64url(text) {
  const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

export function toBase64url(bytes) {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

export function random(length) {
  return crypto.getRandomValues(new Uint8Array(length));
}

export async function sha(name, bytes) {
  return new Uint8Array(await crypto.subtle.digest(name, bytes));
}

export function same(one, other) {
  return toHex(one) === toHex(other);
}

const toNumber = (bytes) => BigInt("0x" + toHex(bytes));
const toBytes = (number, length) => fromHex(number.toString(16).padStart(2 * length, "0"));

function power(base, exponent, modulus) {
  let result = 1n;
  for (let square = base % modulus; exponent; exponent >>= 1n) {
    if (exponent & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

// Returns the x with number * x = 1 (mod modulus), null where there is none.
function inverse(number, modulus) {
  let [a, b, x, y] = [number, modulus, 1n, 0n];
  while (b) [a, b, x, y] = [b, a % b, y, x - (a / b) * y];
  return a === 1n ? ((x % modulus) + modulus) % modulus : null;
}

function belowModulus(modulus, length) {
  for (;;) {
    const number = toNumber(random(length));
    if (number > 0n && number < modulus) return number;
  }
}

async function maskOf(seed, length) {
  const blocks = [];
  for (let counter = 0; counter * HASH < length; counter++)
    blocks.push(await sha("SHA-384", concat(seed, Uint8Array.of(0, 0, 0, counter))));
  return concat(...blocks).slice(0, length);
}

// EMSA-PSS (RFC 8017, 9.1.1) for a modulus whose first bit is set.
async function encodePss(message, length, salt) {
  const hashed = concat(new Uint8Array(8), await sha("SHA-384", message), salt);
  const digest = await sha("SHA-384", hashed);
  const padding = new Uint8Array(length - salt.length - HASH - 2);
  const block = concat(padding, Uint8Array.of(1), salt);
  const mask = await maskOf(digest, block.length);
  const masked = block.map((byte, place) => byte ^ mask[place]);
  masked[0] &= 0x7f;
  return concat(masked, digest, Uint8Array.of(0xbc));
}

// Blinds a prepared message: what goes to the signer, and what takes the blinding away again.
export async function blind(modulus, message) {
  const n = toNumber(modulus);
  const encoded = toNumber(await encodePss(message, modulus.length, random(HASH)));
  let [r, unblinder] = [0n, null];
  while (unblinder === null) {
    r = belowModulus(n, modulus.length);
    unblinder = inverse(r, n);
  }
  const blinded = (encoded * power(r, EXPONENT, n)) % n;
  return {
    blinded: toBytes(blinded, modulus.length),
    unblinder: toBytes(unblinder, modulus.length),
  };
}

// Takes the blinding away and checks the signature before anybody uses it.
export async function finalize(modulus, message, blindSignature, unblinder) {
  if (blindSignature.length !== modulus.length)
    throw new Error("The signature has the wrong length.");
  const n = toNumber(modulus);
  const signature = toBytes((toNumber(blindSignature) * toNumber(unblinder)) % n, modulus.length);
  const jwk = { kty: "RSA", n: toBase64url(modulus), e: "AQAB" };
  const kind = { name: "RSA-PSS", hash: "SHA-384" };
  const key = await crypto.subtle.importKey("jwk", jwk, kind, false, ["verify"]);
  const rule = { name: "RSA-PSS", saltLength: HASH };
  if (!(await crypto.subtle.verify(rule, key, signature, message)))
    throw new Error("The signature does not fit what was sent to be signed.");
  return signature;
}

export function keyId(modulus) {
  return sha("SHA-256", concat(SPKI_START, modulus, SPKI_END));
}

// The message of a pass: a random prefix, then key, kind and the ballot's own fresh key.
export async function passMessage(prefix, id, kind, point) {
  return concat(prefix, PROTOCOL, id, Uint8Array.of(KINDS[kind]), await sha("SHA-256", point));
}

// Returns the modulus that a leaf names, if the leaf is this wave's and stands under the root
// that the descriptor holds (RFC 9162, 2.1.3.2). Nobody can be given a key of their own.
export async function checkedKey({ leaf, place, proof }, kind, descriptor) {
  const named = JSON.parse(leaf);
  const modulus = fromBase64url(named.key);
  let hash = await sha("SHA-256", concat(Uint8Array.of(0), new TextEncoder().encode(leaf)));
  let [node, last] = [place, descriptor.keys - 1];
  for (const other of proof.map(fromHex)) {
    if (last === 0) throw new Error("The proof of the key is too long.");
    const right = node % 2 === 1 || node === last;
    hash = await sha("SHA-256", concat(Uint8Array.of(1), ...(right ? [other, hash] : [hash, other])));
    while (right && node % 2 === 0 && node !== 0) [node, last] = [node >> 1, last >> 1];
    [node, last] = [node >> 1, last >> 1];
  }
  const placed = Number.isInteger(place) && place >= 0 && place < descriptor.keys;
  const stands = placed && last === 0 && toHex(hash) === descriptor.keys_root;
  const fits = named.wave === descriptor.code && named.kind === kind;
  if (!stands || !fits || modulus.length !== KEY || modulus[0] < 128)
    throw new Error("The key is not among those of this wave.");
  return { modulus, box: named.box };
}
