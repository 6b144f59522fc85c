// Taking part: from the secret in the invitation to both ballots in the box, through a broken
// network, a closed tab or an empty battery. No screen and no words here: see answering.js.
//
// What is kept on the device lies in one IndexedDB record per wave and secret, so that nobody who
// opens another invitation on a shared computer meets it. It holds the answers until the ballots
// are made, then the ballots until the box has them, and then nothing: it is deleted.

const STORE = "taking-part";
const WAITS = [1000, 2000, 4000, 8000, 15000]; // milliseconds between tries
const PREFIX_BYTES = 32;

export class Refused extends Error {
  constructor(state) {
    super(state);
    this.state = state; // "used", "closed", "not_yet", "unknown", "offline" or "failed"
  }
}

export function createParticipation({ passes, sealing, endpoints, database, waits = WAITS }) {
  const keep = createKeep(database);

  async function keyFor(secret) {
    return passes.toHex(await passes.sha("SHA-256", new TextEncoder().encode("kept:" + secret)));
  }

  // Asks what the secret leads to: {state, wave, keys, since} and what this device kept.
  async function lookUp(secret) {
    const found = await postJson(endpoints.invitation, { secret });
    const kept = await keep.get(await keyFor(secret));
    return { ...found, kept };
  }

  async function saveDraft(secret, answers, comment) {
    const key = await keyFor(secret);
    const record = (await keep.get(key)) || {};
    if (!record.tickets && !record.ballots) await keep.put(key, { answers, comment });
  }

  async function forget(secret) {
    await keep.remove(await keyFor(secret));
  }

  // Sends the answers; done again after any interruption it goes on where it was.
  async function send({ secret, invitation, descriptorText, answers, comment, onStage }) {
    const key = await keyFor(secret);
    const told = onStage || (() => {});
    let record = (await keep.get(key)) || { answers, comment };
    if (!record.ballots) {
      told("passes");
      record = await withTickets(record, { invitation, descriptorText, answers, comment });
      await keep.put(key, record);
      const signatures = await signaturesFor(secret, record.tickets);
      record = await withBallots(record, signatures, descriptorText);
      await keep.put(key, record);
    }
    told("ballots");
    for (const ballot of record.ballots) {
      if (ballot.accepted) continue;
      await putBallot(ballot);
      ballot.accepted = true;
      await keep.put(key, record);
    }
    await keep.remove(key);
    return record.receipt;
  }

  async function withTickets(record, { invitation, descriptorText, answers, comment }) {
    if (record.tickets) return record;
    const descriptor = JSON.parse(descriptorText);
    const tickets = [];
    for (const kind of descriptor.kinds) {
      const { modulus, box } = await passes.checkedKey(invitation.keys[kind], kind, descriptor);
      tickets.push(await makeTicket(kind, modulus, box, descriptor.code));
    }
    return { answers, comment, tickets };
  }

  async function makeTicket(kind, modulus, box, wave) {
    const { privateKey, point } = await sealing.makeBallotKey();
    const prefix = passes.random(PREFIX_BYTES);
    const keyId = await passes.keyId(modulus);
    const message = await passes.passMessage(prefix, keyId, kind, point);
    const hidden = await passes.blind(modulus, message);
    return { kind, box, wave, modulus, keyId, privateKey, point, prefix, message, ...hidden };
  }

  async function signaturesFor(secret, tickets) {
    const blinded = {};
    for (const ticket of tickets) blinded[ticket.kind] = passes.toBase64url(ticket.blinded);
    return (await postJson(endpoints.passes, { secret, blinded })).signatures;
  }

  async function withBallots(record, signatures, descriptorText) {
    const descriptor = JSON.parse(descriptorText);
    const hash = await passes.sha("SHA-256", new TextEncoder().encode(descriptorText));
    const opening = passes.fromBase64url(descriptor.opening_key);
    const plain = {
      scores: sealing.encodeAnswers(record.answers),
      comment: sealing.encodeComment(record.comment || ""),
    };
    const ballots = [];
    let receipt = "";
    for (const ticket of record.tickets) {
      const signed = passes.fromBase64url(signatures[ticket.kind]);
      const { modulus, message, unblinder } = ticket;
      const signature = await passes.finalize(modulus, message, signed, unblinder);
      const pass = { ...ticket, kind: passes.KINDS[ticket.kind], signature };
      const body = await sealing.makeBallot(pass, plain[ticket.kind], opening, hash);
      ballots.push({ body, wave: ticket.wave, box: ticket.box, accepted: false });
      if (ticket.kind === "scores")
        receipt = passes.toHex(await passes.sha("SHA-256", ticket.point));
    }
    return { ballots, receipt };
  }

  async function putBallot({ body, wave, box }) {
    const address = `${endpoints.box}/${wave}/${box}`;
    const response = await patiently(address, body, "application/octet-stream");
    // The box is shut, or destroyed with its wave.
    if (response.status === 410 || response.status === 404) throw new Refused("closed");
    if (!response.ok) throw new Error(`The box answered ${response.status}.`);
  }

  async function postJson(address, content) {
    const response = await patiently(address, JSON.stringify(content), "application/json");
    if (response.ok) return response.json();
    const said = await response.json().catch(() => ({}));
    throw new Refused(said.error || "failed"); // not an answer of ours
  }

  // Neither cookies nor the address of the page go along. A lost network is tried again.
  async function patiently(address, body, type) {
    for (let tries = 0; ; tries++) {
      let response = null;
      try {
        response = await fetch(address, {
          method: "POST",
          headers: { "Content-Type": type },
          body,
          credentials: "omit",
          referrerPolicy: "no-referrer",
          cache: "no-store",
        });
      } catch (lost) {
        if (!(lost instanceof TypeError)) throw lost;
      }
      if (response && response.status < 500) return response;
      if (tries >= waits.length) throw new Refused("offline");
      await new Promise((done) => setTimeout(done, waits[tries]));
    }
  }

  return { lookUp, saveDraft, forget, send };
}

// One record per key. Where the browser keeps nothing (some private windows), memory has to do.
function createKeep(name) {
  const memory = new Map();
  const opened = new Promise((done) => {
    if (!self.indexedDB) return done(null);
    const opening = indexedDB.open(name, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onsuccess = () => done(opening.result);
    opening.onerror = () => done(null);
  });

  async function ask(mode, act, fallBack) {
    const base = await opened;
    if (base === null) return fallBack();
    return new Promise((done, failed) => {
      const work = base.transaction(STORE, mode);
      const asked = act(work.objectStore(STORE));
      work.oncomplete = () => done(asked.result);
      work.onerror = work.onabort = () => failed(work.error);
    });
  }

  return {
    get: async (key) =>
      (await ask("readonly", (store) => store.get(key), () => memory.get(key))) || null,
    put: (key, record) =>
      ask("readwrite", (store) => store.put(record, key), () => void memory.set(key, record)),
    remove: (key) =>
      ask("readwrite", (store) => store.delete(key), () => void memory.delete(key)),
  };
}
