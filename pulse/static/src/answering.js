// The screens of the answering path. What is sent and kept is participation.js's; what is asked
// stands in the page. This script shows one screen at a time and never writes to the address.

const box = document.getElementById("answering");
const data = JSON.parse(box.textContent);
const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
const one = (selector, root = document) => root.querySelector(selector);

const state = {
  secret: "",
  invitation: null,
  article: null,
  wave: "",
  shown: "",
  language: 0,
  isChanging: false, // one answer, and the way then leads back to the review
  error: null, // what is wrong on this screen: {field, place, name, values}
};
let participation = null;

// Languages: every text is a numbered element, so switching touches no answer.

function words(name, values = {}) {
  const said = data.words[data.languages[state.language].code][name];
  return said.replace(/\{([a-z_]+)\}/g, (_, field) => values[field]);
}

function speak(index) {
  state.language = index;
  const { code, direction } = data.languages[index];
  document.documentElement.lang = code;
  document.documentElement.dir = direction;
  for (const link of all('a[href^="/p/"]')) link.search = `?language=${code}`;
  for (const element of all("[data-t]")) element.textContent = data.texts[code][element.dataset.t];
  for (const button of all("[data-language]"))
    button.setAttribute("aria-pressed", String(button.dataset.language === code));
  if (state.shown) describe();
}

// Screens

function questions() {
  return all("[data-question]", state.article);
}

function describe() {
  const [name, number] = state.shown.split("-");
  const total = state.article ? questions().length : 0;
  for (const each of all("[data-progress]"))
    each.textContent = words("progress", { number, total });
  const title = name === "question" ? words("title_question", { number, total }) : words("title_" + name);
  document.title = `${state.error ? words("error") + " " : ""}${title} – Pulse`;
  if (state.error) state.error.place.textContent = words(state.error.name, state.error.values);
  if (name === "review") fillReview();
}

function show(screen, { remember = true } = {}) {
  const [name, number] = screen.split("-");
  const wanted = name === "question" ? "questions" : name;
  for (const each of all("[data-screen]")) {
    const inside = each.closest("[data-wave]");
    each.hidden = each.dataset.screen !== wanted || (inside !== null && inside !== state.article);
  }
  if (name === "question")
    for (const each of questions()) each.hidden = each.dataset.question !== number;
  state.shown = screen;
  pardon();
  if (remember) history.pushState({ screen }, "");
  else history.replaceState({ screen }, "");
  if (name !== "loading") describe();
  const heading = all("h1").find((each) => each.offsetParent !== null);
  if (heading) heading.focus({ preventScroll: true });
  scrollTo(0, 0);
}

addEventListener("popstate", (event) => {
  const wanted = event.state && event.state.screen;
  // Once Send was pressed, what is sent cannot be changed any more.
  const isFree = ["start", "question", "review", "code"].includes(state.shown.split("-")[0]);
  state.isChanging = false;
  if (!isFree) history.pushState({ screen: state.shown }, "");
  else if (wanted && state.article) show(wanted, { remember: false });
});

// Answers

function answers() {
  return questions().map((each) => {
    const chosen = one("input:checked", each);
    return chosen ? Number(chosen.value) : 0;
  });
}

function comment() {
  const field = one("[data-comment]", state.article);
  return field ? field.value : "";
}

function restore(kept) {
  (kept.answers || []).forEach((value, place) => {
    const chosen = value && one(`input[value="${value}"]`, questions()[place]);
    if (chosen) chosen.checked = true;
  });
  const field = one("[data-comment]", state.article);
  if (field) field.value = kept.comment || "";
}

function fillReview() {
  for (const each of questions()) {
    const chosen = one("input:checked", each);
    const label = chosen && one(`label[for="${chosen.id}"]`, each);
    const place = one(`[data-answer="${each.dataset.question}"]`, state.article);
    place.textContent = label ? label.textContent.trim() : words("skipped");
  }
}

function keepDraft() {
  return participation.saveDraft(state.secret, answers(), comment());
}

// Ways through

function go(number) {
  const isDone = state.isChanging || number > questions().length;
  state.isChanging = false;
  show(isDone ? "review" : `question-${number}`);
}

const acts = {
  questions: () => go(1),
  again: () => {
    if (!participation) return loadAgain();
    return state.article && state.invitation ? send() : lookUp();
  },
  code: () => show("code"),
  back: () => history.back(),
  send: () => send(),
  skip: async (button) => {
    const question = button.closest("[data-question]");
    for (const each of all("input:checked", question)) each.checked = false;
    await keepDraft();
    go(Number(question.dataset.question) + 1);
  },
  copy: async () => {
    // As it stands in the published list: without the spaces that make it readable.
    await navigator.clipboard.writeText(one("[data-receipt]").textContent.replace(/ /g, ""));
    one("[data-copied]").textContent = words("copied");
  },
};

addEventListener("click", (event) => {
  const button = event.target.closest("[data-go], [data-language], [data-change]");
  if (!button) return;
  const { go: act, language, change } = button.dataset;
  if (language) speak(data.languages.findIndex((each) => each.code === language));
  else if (change) {
    go(Number(change));
    state.isChanging = true;
  } else if (acts[act]) acts[act](button);
});

addEventListener("change", (event) => {
  if (state.article && state.article.contains(event.target)) keepDraft();
});

addEventListener("submit", async (event) => {
  event.preventDefault();
  if (event.target.dataset.form === "code") return enterCode();
  await keepDraft();
  go(Number(state.shown.split("-")[1]) + 1);
});

function fail(field, place, name, values) {
  state.error = { field, place, name, values };
  place.hidden = false;
  field.setAttribute("aria-invalid", "true");
  describe();
  field.focus();
}

function pardon() {
  if (!state.error) return;
  state.error.place.hidden = true;
  state.error.field.removeAttribute("aria-invalid");
  state.error = null;
}

// The same rule as surveys/invitations.py: a weighted sum in the field of 32 elements.

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const MEANT = { 0: "O", 1: "I", 8: "B" };

function tidy(typed) {
  return typed.replace(/%20|[\s\-–.]/g, "").toUpperCase().replace(/[018]/g, (digit) => MEANT[digit]);
}

function isWhole(secret) {
  const values = Array.from(secret, (character) => ALPHABET.indexOf(character));
  const check = values.pop();
  let sum = 0;
  for (const value of values.reverse()) {
    sum = (sum ^ value) << 1;
    if (sum & 32) sum ^= 37;
  }
  return values.every((value) => value >= 0) && sum === check;
}

function enterCode() {
  const field = document.getElementById("code");
  const place = document.getElementById("code-error");
  const secret = tidy(field.value);
  if (secret.length !== 16)
    return fail(field, place, "code_length", { count: secret.length });
  if (!isWhole(secret)) return fail(field, place, "code_wrong");
  field.value = "";
  state.secret = secret;
  return lookUp();
}

// Talking to the server

// What was kept on this device can then never be sent.
function isOver(said) {
  return ["used", "closed", "unknown"].includes(said);
}

async function guarded(work) {
  try {
    await work();
  } catch (error) {
    const known = ["used", "closed", "not_yet", "unknown", "offline"].includes(error.state);
    if (isOver(error.state)) await participation.forget(state.secret);
    show(known ? error.state : "failed", { remember: false });
  }
}

function lookUp() {
  show("loading", { remember: false });
  return guarded(async () => {
    const found = await participation.lookUp(state.secret);
    const kept = found.kept;
    const isUnderWay = Boolean(kept && (kept.tickets || kept.ballots));
    if (found.state !== "ready" && !(found.state === "used" && isUnderWay)) {
      if (isOver(found.state)) await participation.forget(state.secret);
      return show(found.state, { remember: false });
    }
    if (!(found.wave in data.waves)) return loadAgain();
    state.invitation = found;
    state.wave = found.wave;
    state.article = all("[data-wave]").find((each) => each.dataset.wave === found.wave);
    if (isUnderWay) return send();
    if (kept) restore(kept);
    one("[data-kept]", state.article).hidden = !kept;
    return show("start", { remember: false });
  });
}

function send() {
  const said = comment();
  if (said.length > 500) {
    const place = one("[data-comment-error]", state.article);
    const field = one("[data-comment]", state.article);
    return fail(field, place, "comment_long", { count: said.length });
  }
  show("sending", { remember: false });
  return guarded(async () => {
    const receipt = await participation.send({
      secret: state.secret,
      invitation: state.invitation,
      descriptorText: data.waves[state.wave],
      answers: answers(),
      comment: said,
      onStage: (stage) => {
        one("[data-stage]").textContent = words("sending_" + stage);
      },
    });
    finish(receipt);
  });
}

// A part of the page is missing or older than the wave. The secret goes round once more in the fragment.
function loadAgain() {
  history.replaceState(null, "", `#${state.secret}`);
  location.reload();
}

function finish(receipt) {
  for (const each of all("input:checked", state.article)) each.checked = false;
  for (const each of all("[data-comment]", state.article)) each.value = "";
  for (const each of all("[data-answer]", state.article)) each.textContent = "";
  one("[data-receipt]").textContent = receipt.match(/.{1,8}/g).join(" ");
  const since = state.invitation.since;
  if (since) {
    one("[data-since]").hidden = false;
    one("[data-since-lead]").textContent = `${since.month}: ${since.lead}`;
    const list = one("[data-since-findings]");
    for (const finding of since.findings) {
      const item = document.createElement("li");
      item.textContent = finding;
      list.append(item);
    }
  }
  state.secret = "";
  show("thanks", { remember: false });
}

// Beginning: the secret is read once and leaves the address bar at once.

const SKIP_LINK = "#main";

async function begin() {
  if (location.hash !== SKIP_LINK) state.secret = tidy(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
  const [passes, sealing, { createParticipation }] = await Promise.all([
    import(box.dataset.passes),
    import(box.dataset.sealing),
    import(box.dataset.participation),
  ]);
  participation = createParticipation({
    passes,
    sealing,
    endpoints: { invitation: "/p/invitation", passes: "/p/passes", box: data.box },
    database: "pulse",
  });
  if (!state.secret) return show("code", { remember: false });
  if (state.secret.length !== 16 || !isWhole(state.secret))
    return show("unknown", { remember: false });
  return lookUp();
}

// Another link pasted into this tab changes the fragment only, so the page begins anew.
addEventListener("hashchange", () => location.hash !== SKIP_LINK && location.reload());

// The network is back.
addEventListener("online", () => state.shown === "offline" && acts.again());

for (const each of all("[data-languages]")) each.hidden = false;
const preferred = data.languages.findIndex((each) => navigator.language.startsWith(each.code));
if (preferred > 0) speak(preferred);
begin().catch(() => show("failed", { remember: false })); // a part of the script did not come
