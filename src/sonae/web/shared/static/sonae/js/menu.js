// The menu on a telephone closes with Escape and when a place outside it is pressed.
(() => {
  const menu = document.querySelector("details.menu");
  if (!menu) return;
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  addEventListener("pointerdown", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
})();
