// Looks again while the worker is busy with what the page shows, and stops when it is done.

const EVERY = 2500;

async function look() {
  if (document.hidden) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer || !answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const here = document.querySelector("main");
  const there = fresh.querySelector("main");
  if (!there || here.innerHTML === there.innerHTML) return;
  const isDone = !fresh.querySelector('script[src*="moving"]');
  const changed = there.querySelector("[data-moving]");
  // While it goes on only the moving part changes, so that focus stays where it is.
  if (isDone) {
    document.title = fresh.title;
    here.replaceChildren(...there.childNodes);
    clearInterval(timer);
  } else if (changed) document.querySelector("[data-moving]").replaceChildren(...changed.childNodes);
}

const timer = setInterval(look, EVERY);
