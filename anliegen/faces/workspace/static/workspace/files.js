/* Files of a draft: looked at before they go up, sent up one after the other with how far they are, and taken out again. */

import { queue, show, value } from "./drafts.js";

export function takeIn(form, files, { isPlaced = false, isPasted = false, field } = {}) {
  let number = form.querySelectorAll("[data-kept] li").length;
  for (const file of files) {
    const word = isPasted && file.type.startsWith("image/") && form.querySelector("[data-write]").dataset.picture;
    const named = word ? new File([file], `${word.toLowerCase()}-${++number}.${file.type.slice(6).replace("jpeg", "jpg")}`, { type: file.type }) : file;
    if (word && field?.matches("[data-write]")) field.dispatchEvent(new CustomEvent("anliegen:insert", { bubbles: true, cancelable: true, detail: { text: `[${word}: ${named.name}]` } }));
    queue(form, () => up(form, named, isPlaced));
  }
}

const words = (said, key, name, more = {}) =>
  Object.entries({ name, ...more }).reduce((text, [what, put]) => text.replace(`{${what}}`, put), said.dataset[key]);

async function up(form, file, isPlaced) {
  const said = form.querySelector("[data-upload]");
  const ending = file.name.split(".").pop().toLowerCase();
  const problem = file.size > said.dataset.most ? "large" : said.dataset.notTaken.split(" ").includes(ending) ? "program" : "";
  if (problem) return say(said, words(said, problem, file.name));
  const data = new FormData();
  for (const name of ["csrfmiddlewaretoken", "kind", "draft"]) data.set(name, value(form, name));
  data.set("file", file, file.name);
  const going = (percent) => say(said, words(said, "going", file.name, { percent }));
  const { status, answer } = await send(said.dataset.uploadUrl, data, going);
  if (status !== 200) return say(said, answer?.problem ?? words(said, "failed", file.name));
  say(said, "");
  if (!value(form, "draft")) {
    form.elements.draft.value = answer.draft;
    form.elements.draft_version.value = answer.version;
  }
  form.querySelector("[data-kept]").append(line(form, answer));
  form.dataset.begun = "yes";
  show(form);
  const shown = said.dataset.shownAt.replace("/0/", `/${answer.file}/`);
  form.dispatchEvent(new CustomEvent("draft:file", { bubbles: true, detail: { file, shown, isPlaced } }));
}

function line(form, { file, words }) {
  const made = form.querySelector("template[data-file]").content.firstElementChild.cloneNode(true);
  made.querySelector("input").value = file;
  made.querySelector("span").textContent = words;
  return made;
}

function send(url, data, going) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => going(Math.round((loaded / total) * 100));
    request.onloadend = () => resolve({ status: request.status, answer: request.response });
    request.send(data);
  });
}

function say(said, text) {
  said.textContent = text;
  said.hidden = !text;
}

export function takeOut(form, line) {
  const input = line.querySelector("[name=attached]");
  const data = new FormData();
  data.set("csrfmiddlewaretoken", value(form, "csrfmiddlewaretoken"));
  const url = form.querySelector("[data-upload]").dataset.takeOut;
  if (input) queue(form, () => fetch(url.replace("/0/", `/${input.value}/`), { method: "POST", body: data, keepalive: true }));
  line.remove();
  (form.querySelector("[data-kept] button") ?? form.querySelector("[type=file]")).focus();
}
