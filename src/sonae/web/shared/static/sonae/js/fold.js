// On a telephone what is marked data-fold begins closed. Wider, on paper and without this file it is open.
(() => {
  const telephone = matchMedia("(max-width: 37.49em)");
  const fold = () => {
    const wanted = document.querySelector(":target");
    for (const part of document.querySelectorAll("details[data-fold]")) {
      part.open = !telephone.matches || part.contains(wanted) || part.contains(document.activeElement);
    }
  };
  telephone.addEventListener("change", fold);
  document.addEventListener("htmx:afterSwap", fold);
  fold();
})();
