// After a refused step the list of what to check takes the focus, so that it is read first and the next tab reaches its links.
// An address that ends in #main (the skip link was used) takes it away again while the page loads: then it is given back.
(() => {
  const list = document.querySelector("[data-error-summary]");
  if (!list) return;
  list.focus();
  addEventListener("load", () => {
    if (document.activeElement.matches("body, #main")) list.focus();
  });
})();
