// Says how many questions are chosen while they are being chosen.

const status = document.querySelector("[data-chosen]");
const most = Number(status.dataset.most);

document.addEventListener("change", (event) => {
  if (!["items", "breakdowns"].includes(event.target.name)) return;
  const count = document.querySelectorAll(
    'input[name="items"]:checked, input[name="breakdowns"]:checked',
  ).length;
  const over = count > most ? ` Take ${count - most} out.` : "";
  status.textContent = `${count} ${count === 1 ? "question" : "questions"} chosen of at most ${most}.${over}`;
});
