// Looks for a receipt in the published list on this device: the whole list comes, nothing is sent.

const form = document.querySelector("[data-receipts]");

function say(name) {
  for (const each of form.querySelectorAll("[data-said]")) each.hidden = each.dataset.said !== name;
}

async function lookFor(receipt, wave) {
  const answer = await fetch(`/p/receipts/${encodeURIComponent(wave)}.txt`, { credentials: "omit" });
  if (!answer.ok) return "failed";
  return (await answer.text()).split("\n").includes(receipt) ? "found" : "absent";
}

if (form) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const receipt = document.getElementById("receipt").value.replace(/\s/g, "").toLowerCase();
    if (!/^[0-9a-f]{64}$/.test(receipt)) return say("wrong");
    return say(await lookFor(receipt, document.getElementById("wave").value).catch(() => "failed"));
  });
}
