// "/" leads to the search for a member; from there arrows go through what was found, Escape puts it away.
(() => {
  const input = document.getElementById("member-search");
  const found = document.getElementById("found-at-once");
  if (!input || !found) return;
  const writes = (target) => target.matches?.("input, textarea, select, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || writes(event.target)) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
  const step = (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape" && found.childElementCount) {
      event.preventDefault();
      found.replaceChildren();
      input.focus();
      return;
    }
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const stops = [input, ...found.querySelectorAll("a")];
    const at = stops.indexOf(document.activeElement);
    if (!way || at < 0 || stops.length === 1) return;
    event.preventDefault();
    stops[(at + way + stops.length) % stops.length].focus();
  };
  input.closest(".member-search").addEventListener("keydown", step);
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".member-search")) found.replaceChildren();
  });
})();
