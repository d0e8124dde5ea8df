/* Keeps an open status page true: when the stream says that the concern changed, its parts are fetched again.
   The form that somebody may be writing in is never touched. */

let waiting;

async function refresh() {
  const answer = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  let changed = false;
  for (const part of document.querySelectorAll("[data-live]")) {
    const news = fresh.getElementById(part.id);
    if (!news || news.innerHTML === part.innerHTML || part.contains(document.activeElement)) continue;
    const wasOpen = part.querySelector("details")?.open;
    part.innerHTML = news.innerHTML;
    if (wasOpen && part.querySelector("details")) part.querySelector("details").open = true;
    changed = true;
  }
  showQuestion(fresh);
  if (changed) document.getElementById("announcer").textContent = document.body.dataset.news;
}

/* The question appears with a resolution and goes when it is over, unless somebody is answering it. */
function showQuestion(fresh) {
  const old = document.getElementById("question");
  const news = fresh.getElementById("question");
  if (old && (old.contains(document.activeElement) || old.querySelector(":checked, textarea:not(:placeholder-shown)"))) return;
  if (old) old.remove();
  if (news) document.getElementById("head").after(document.adoptNode(news));
}

function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(() => refresh().catch(() => {}), 150);
}

document.body.addEventListener("anliegen:ticket", soon);
document.body.addEventListener("anliegen:reset", soon);
