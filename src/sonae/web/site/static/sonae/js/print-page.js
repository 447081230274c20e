// Buttons that print the page show themselves where printing works, those in a part that is swapped in later as well.
(() => {
  const show = () => {
    for (const button of document.querySelectorAll("button[data-print]")) button.hidden = false;
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest("button[data-print]")) window.print();
  });
  document.addEventListener("htmx:afterSwap", show);
  show();
})();
