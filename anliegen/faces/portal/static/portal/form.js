/* Forms of the portal: files are checked before they travel, and a button pressed twice sends once. */

for (const field of document.querySelectorAll("[data-files]")) {
  const input = field.querySelector("input[type=file]");
  const problem = field.querySelector("[data-files-problem]");
  const { most, largest, together, tooMany, tooLarge, tooMuch, wrongKind, empty } = field.dataset;
  const endings = input.accept.split(",");

  const check = () => {
    const files = [...input.files];
    const named = (words, bad) => (bad.length ? [`${words} ${bad.map((file) => file.name).join(", ")}`] : []);
    const large = files.filter((file) => file.size > Number(largest));
    const total = files.reduce((sum, file) => sum + file.size, 0);
    const said = [
      ...named(tooLarge, large),
      ...named(wrongKind, files.filter(({ name }) => !endings.some((ending) => name.toLowerCase().endsWith(ending)))),
      ...named(empty, files.filter((file) => !file.size)),
    ];
    if (files.length > Number(most)) said.push(tooMany);
    else if (!large.length && total > Number(together)) said.push(tooMuch);
    const text = said.join(" · ");
    problem.querySelector("span").textContent = text;
    problem.hidden = !text;
    input.setCustomValidity(text);
  };
  input.addEventListener("change", check);
}

/* One of mail address and telephone number is needed. The server says so too; here it is said before sending. */
const ways = ["id_email", "id_phone"].map((id) => document.getElementById(id));
if (ways.every(Boolean)) {
  const [email] = ways;
  const wanted = email.closest("fieldset").dataset.needed;
  const check = () => email.setCustomValidity(ways.some((way) => way.value.trim()) ? "" : wanted);
  for (const way of ways) way.addEventListener("input", check);
  email.form.querySelector("button[type=submit]").addEventListener("click", check);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]")) return;
  if (form.dataset.sending) event.preventDefault();
  form.dataset.sending = "yes";
  form.setAttribute("aria-busy", "true");
});

/* Back from the next page: the form can be sent again. */
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-once]")) {
    delete form.dataset.sending;
    form.removeAttribute("aria-busy");
  }
});
