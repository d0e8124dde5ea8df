/* Writing with formatting. Fetched with its editor when somebody first wants it; the plain field stays the form's own
   and always holds the same words, so whatever reads it need not know. */

const editors = new WeakMap();
const before = new WeakMap(); // what the formatting was when somebody went back to plain text

export async function toggle(form, button) {
  if (editors.has(form)) return leave(form, button);
  const isMeant = [button, fieldOf(form)].includes(document.activeElement);
  const prose = await import(button.dataset.editor);
  if (!form.isConnected || editors.has(form)) return;
  enter(prose, form, button);
  if (isMeant) at(editors.get(form), "end").run();
}

/* A chain of commands where the editor has the focus. Its own way waits for the next picture and loses what is typed till then. */
function at(editor, place) {
  editor.view.focus();
  return editor.chain().focus(place);
}

const fieldOf = (form) => form.querySelector("[data-write]");

function enter(prose, form, button) {
  const field = fieldOf(form);
  const kept = before.get(form);
  const html = form.elements.html.value || (kept?.text === field.value ? kept.html : asHtml(form, field.value));
  form.dataset.editing = "yes";
  const place = form.querySelector("[data-rich-place]");
  field.hidden = true;
  place.hidden = false;
  const editor = new prose.Editor({
    element: place,
    injectCSS: false,
    content: html,
    extensions: extensions(prose),
    editorProps: {
      attributes: { class: "input input-wide rich-text", role: "textbox", "aria-multiline": "true", "aria-label": field.labels[0].textContent.trim() },
      handleKeyDown: (_view, event) => (event.ctrlKey || event.metaKey) && (event.key === "Enter" || (event.key === "k" && askLink(form))),
    },
    onUpdate: () => sync(form, editor),
    onSelectionUpdate: () => press(form, editor),
    onTransaction: () => press(form, editor),
  });
  editors.set(form, editor);
  look(form, button, true);
  sync(form, editor);
}

function extensions(prose) {
  const { Document, Paragraph, Text, HardBreak, Bold, Italic, BulletList, OrderedList, ListItem, Blockquote, Node } = prose;
  const picture = Node.create({
    name: "picture",
    group: "inline",
    inline: true,
    draggable: true,
    addAttributes: () => ({ src: {}, alt: { default: "" } }),
    parseHTML: () => [{ tag: "img[src]" }],
    renderHTML: ({ HTMLAttributes }) => ["img", HTMLAttributes],
    renderText: ({ node }) => `[Bild: ${node.attrs.alt}]`,
  });
  const link = prose.Mark.create({
    name: "link",
    inclusive: false,
    addAttributes: () => ({ href: {} }),
    parseHTML: () => [{ tag: "a[href]" }],
    renderHTML: ({ HTMLAttributes }) => ["a", HTMLAttributes, 0],
  });
  const heading = prose.Heading.configure({ levels: [2, 3] });
  const history = prose.UndoRedo ?? prose.History;
  return [Document, Paragraph, Text, HardBreak, Bold, Italic, heading, BulletList, OrderedList, ListItem, Blockquote, link, picture, history];
}

function leave(form, button) {
  const editor = editors.get(form);
  const field = fieldOf(form);
  before.set(form, { html: editor.getHTML(), text: field.value });
  editor.destroy();
  editors.delete(form);
  delete form.dataset.editing;
  form.elements.html.value = "";
  form.querySelector("[data-rich-place]").replaceChildren();
  form.querySelector("[data-rich-place]").hidden = true;
  field.hidden = false;
  look(form, button, false);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

function look(form, button, isRich) {
  button.ariaPressed = String(isRich);
  form.querySelector("[data-rich-tools]").hidden = !isRich;
}

/* The plain field follows; so everything that listens to it hears of each word. */
function sync(form, editor) {
  const field = fieldOf(form);
  const html = editor.isEmpty ? "" : editor.getHTML();
  const text = asText(editor.state.doc);
  if (form.elements.html.value === html && field.value === text) return;
  form.elements.html.value = html;
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function asText(node, before = "") {
  const blocks = [];
  node.forEach((child, _offset, number) => {
    if (child.isTextblock) blocks.push(inline(child));
    else if (child.type.name === "blockquote") blocks.push(asText(child).replace(/^/gm, "> "));
    else if (child.type.name.endsWith("List")) blocks.push(items(child));
    else blocks.push(asText(child, number));
  });
  return blocks.join("\n\n");
}

function inline(block) {
  let text = "";
  block.forEach((child) => {
    const link = child.marks.find((mark) => mark.type.name === "link");
    if (child.type.name === "picture") text += `[Bild: ${child.attrs.alt}]`;
    else if (child.type.name === "hardBreak") text += "\n";
    else text += link && !link.attrs.href.includes(child.text) ? `${child.text} <${link.attrs.href}>` : child.text;
  });
  return text;
}

function items(list) {
  const lines = [];
  list.forEach((item, _offset, number) => {
    const sign = list.type.name === "orderedList" ? `${number + (list.attrs.start ?? 1)}. ` : "- ";
    lines.push(sign + asText(item).replace(/\n\n/g, "\n").replace(/\n(?=.)/g, "\n  "));
  });
  return lines.join("\n");
}

const escaped = (text) => Object.assign(document.createElement("i"), { textContent: text }).innerHTML;

/* Plain text as it was meant: paragraphs, quotes, lists, pictures that are there. */
function asHtml(form, text) {
  return text.split(/\n{2,}/).map((block) => blockOf(form, block)).join("");
}

function blockOf(form, block) {
  const lines = block.split("\n");
  const all = (sign) => block && lines.every((line) => sign.test(line));
  const each = (sign) => lines.map((line) => `<li><p>${words(form, line.replace(sign, ""))}</p></li>`).join("");
  if (all(/^> ?/)) return `<blockquote>${asHtml(form, block.replace(/^> ?/gm, ""))}</blockquote>`;
  if (all(/^[-*•] /)) return `<ul>${each(/^[-*•] /)}</ul>`;
  if (all(/^\d+\. /)) return `<ol>${each(/^\d+\. /)}</ol>`;
  return `<p>${lines.map((line) => words(form, line)).join("<br>")}</p>`;
}

function words(form, line) {
  const known = new Map([...form.querySelectorAll("[data-kept] li:has([name=attached])")].map((file) => [file.querySelector("span").textContent.split(" · ")[0], file.querySelector("input").value]));
  const at = form.querySelector("[data-upload]")?.dataset.shownAt;
  return escaped(line).replace(/\[(?:Bild|Picture): ([^\]]+)\]/g, (said, name) => (known.has(name) ? `<img src="${at.replace("/0/", `/${known.get(name)}/`)}" alt="${name}">` : said));
}

/* The tools. */
const COMMANDS = {
  bold: (chain) => chain.toggleMark("bold"),
  italic: (chain) => chain.toggleMark("italic"),
  heading: (chain) => chain.toggleNode("heading", "paragraph", { level: 2 }),
  bulletList: (chain) => chain.toggleList("bulletList", "listItem"),
  orderedList: (chain) => chain.toggleList("orderedList", "listItem"),
  blockquote: (chain) => chain.toggleWrap("blockquote"),
  undo: (chain) => chain.undo(),
};

document.addEventListener("click", (event) => {
  const tool = event.target.closest?.("[data-rich], [data-rich-set]");
  const form = tool?.closest("form");
  const editor = editors.get(form);
  if (!editor || tool === form) return;
  if (tool.dataset.rich === "link") askLink(form);
  else if ("richSet" in tool.dataset) setLink(form, editor);
  else COMMANDS[tool.dataset.rich](at(editor)).run();
});

function press(form, editor) {
  for (const tool of form.querySelectorAll("button[data-rich]")) tool.ariaPressed = String(tool.dataset.rich !== "undo" && editor.isActive(tool.dataset.rich));
}

/* The browser tells of a selection a little later than it was made. */
function readSelection({ view, commands }) {
  const { anchorNode, anchorOffset, focusNode, focusOffset } = getSelection();
  if (!view.hasFocus() || !view.dom.contains(anchorNode) || !view.dom.contains(focusNode)) return;
  const ends = [view.posAtDOM(anchorNode, anchorOffset), view.posAtDOM(focusNode, focusOffset)];
  commands.setTextSelection({ from: Math.min(...ends), to: Math.max(...ends) });
}

function askLink(form) {
  const row = form.querySelector("[data-rich-link]");
  readSelection(editors.get(form));
  const input = row.querySelector("input");
  row.hidden = false;
  input.value = editors.get(form).getAttributes("link").href ?? "";
  input.focus();
  return true;
}

function setLink(form, editor) {
  const row = form.querySelector("[data-rich-link]");
  const href = row.querySelector("input").value.trim();
  const chain = at(editor).extendMarkRange("link");
  if (!href) chain.unsetMark("link").run();
  else if (!/^(https?:|mailto:|tel:)/.test(href)) return row.querySelector("input").focus();
  else if (editor.state.selection.empty && !editor.isActive("link")) chain.insertContent([{ type: "text", text: href, marks: [{ type: "link", attrs: { href } }] }]).run();
  else chain.setMark("link", { href }).run();
  row.hidden = true;
  editor.commands.setTextSelection(editor.state.selection.to); // what is typed next replaces nothing
  editor.view.focus();
}

document.addEventListener("keydown", (event) => {
  const row = event.target.closest?.("[data-rich-link]");
  if (!row || !["Enter", "Escape"].includes(event.key)) return;
  event.preventDefault();
  const form = row.closest("form");
  if (event.key === "Enter") return setLink(form, editors.get(form));
  row.hidden = true;
  editors.get(form).view.focus();
});

/* Words from elsewhere: text blocks, quotes, the greeting, pictures that came up. */
const editorAt = (event) => editors.get(event.target.form ?? event.target);

for (const name of ["insert", "replace"]) document.addEventListener(`anliegen:${name}`, (event) => editorAt(event) && hear(event), true);

function hear(event) {
  const editor = editorAt(event);
  const form = event.target.form;
  const { text, quotes, before, after, whole } = event.detail;
  event.preventDefault();
  if (whole) return editor.chain().selectAll().insertContent(asHtml(form, text.trim())).run();
  if (before !== undefined) return replace(editor, before, after);
  if (!quotes) return at(editor).insertContent(/\n/.test(text) ? asHtml(form, text.trim()) : escaped(text)).run();
  const quoted = quotes.map((one) => `<blockquote>${asHtml(form, one)}</blockquote>`).join("");
  at(editor, "end").insertContent(`${quoted}<p></p>`).run();
}

function replace(editor, before, after) {
  let found;
  editor.state.doc.descendants((node, at) => {
    const start = node.isText && found === undefined ? node.text.indexOf(before) : -1;
    if (start >= 0) found = at + start;
  });
  if (found !== undefined) editor.view.dispatch(editor.state.tr.insertText(after, found, found + before.length));
}

document.addEventListener("draft:file", (event) => {
  const editor = editorAt(event);
  const { file, shown, isPlaced } = event.detail;
  if (editor && isPlaced && file.type.startsWith("image/")) at(editor).insertContent({ type: "picture", attrs: { src: shown, alt: file.name } }).run();
});
