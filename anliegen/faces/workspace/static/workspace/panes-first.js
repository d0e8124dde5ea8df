/* Before the first paint, so that nothing jumps: how wide each pane is, and which are hidden. */
const panes = {
  key: `anliegen:panes:${document.documentElement.dataset.agent}`,
  kept: {},
  show() {
    const root = document.documentElement;
    root.dataset.hide = panes.kept.hide ?? "";
    for (const pane of ["list", "context"]) {
      const width = panes.kept[pane];
      root.style.setProperty(`--pane-${pane}`, width ? `clamp(13rem, ${width}rem, 36vw)` : "");
    }
  },
};
try {
  Object.assign(panes.kept, JSON.parse(localStorage.getItem(panes.key)));
} catch {} // what cannot be read counts as nothing
panes.show();
