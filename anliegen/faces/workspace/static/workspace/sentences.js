/* From a line of the summary to the sentence it was taken from: unfolded, marked, and with the focus on it. */

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-sentence]");
  const letter = link && document.getElementById(`m${link.dataset.sentence}`);
  const signs = letter && passage(letter, link);
  if (!signs) return;
  event.preventDefault();
  show(letter, signs);
});

/* Opened by a key, it may lie above what is in view, and what comes into it pushes its head further up. */
const seen = ({ target }) =>
  target.id === "summary" && target.open && document.getElementById("summary-head").scrollIntoView({ block: "center" });
document.addEventListener("toggle", seen, true);
document.addEventListener("htmx:afterSettle", seen);

/* White space is drawn as a browser likes, so only what is none counts. */
function passage(letter, link) {
  for (const mark of document.querySelectorAll("mark.sentence")) mark.replaceWith(...mark.childNodes);
  document.getElementById("timeline").normalize();
  const signs = [];
  for (const text of letter.querySelectorAll(".mail-text")) {
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    while (walker.nextNode())
      for (const found of walker.currentNode.data.matchAll(/\S/g)) signs.push([walker.currentNode, found.index, found[0]]);
  }
  const all = signs.map(([, , sign]) => sign).join("");
  const wanted = (link.dataset.words ?? link.textContent).replace(/\s+/g, "");
  const near = all.indexOf(wanted, Number(link.dataset.near));
  const at = near < 0 ? all.indexOf(wanted) : near;
  return at < 0 ? undefined : signs.slice(at, at + wanted.length);
}

function show(letter, signs) {
  for (const one of letter.querySelectorAll(".translation[open]")) one.open = false;
  const marks = [...new Set(signs.map(([node]) => node))].map((node) => {
    const places = signs.filter(([of]) => of === node).map(([, place]) => place);
    const range = document.createRange();
    range.setStart(node, places[0]);
    range.setEnd(node, places.at(-1) + 1);
    const mark = Object.assign(document.createElement("mark"), { className: "sentence", tabIndex: -1 });
    range.surroundContents(mark);
    return mark;
  });
  for (let fold = marks[0].closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  marks[0].scrollIntoView({ block: "center" });
  marks[0].focus({ preventScroll: true });
}
