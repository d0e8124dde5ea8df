/* A mail's frame is as high as the mail. The frame runs no script, so the page measures it. */

const TALLEST = 20000;

function fit(frame) {
  const page = frame.contentDocument;
  if (!page?.body) return;
  frame.style.height = "0";
  frame.style.height = `${Math.min(page.documentElement.scrollHeight + 2, TALLEST)}px`;
}

document.addEventListener(
  "load",
  (event) => {
    const frame = event.target;
    if (!frame.matches?.("iframe.mail-frame")) return;
    fit(frame);
    /* Pictures arrive later than the page, and a narrower window makes it longer. */
    frame.contentDocument?.addEventListener("load", () => fit(frame), true);
    let width = frame.clientWidth;
    new ResizeObserver(() => {
      if (frame.clientWidth === width) return;
      width = frame.clientWidth;
      fit(frame);
    }).observe(frame);
  },
  true,
);
