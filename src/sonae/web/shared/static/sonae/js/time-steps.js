// The days on which something changed, as a slider: arrow keys go from one to the next, and after a moment the page of that day
// opens, with the slider where it was. Without this file the links beside it lead there.
(() => {
  const steps = document.querySelector("[data-time-steps]");
  const slider = document.getElementById("time-step");
  const said = document.getElementById("time-said");
  if (!steps || !slider || slider.max < 1) return;
  const stops = [...document.querySelectorAll("#time-stops option")];
  const WAIT = 450;
  let waiting = 0;
  const here = slider.value;
  slider.hidden = false;
  const tell = () => {
    const stop = stops[slider.value];
    slider.setAttribute("aria-valuetext", stop.label);
    return stop;
  };
  tell();
  slider.addEventListener("input", () => {
    const stop = tell();
    said.textContent = stop.label;
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      if (slider.value === here) return;
      const to = new URL(steps.dataset.timeSteps, location.href);
      to.searchParams.set("on", stop.dataset.day);
      const known = steps.dataset.known === "then" ? stop.dataset.day : steps.dataset.known;
      if (known) to.searchParams.set("known", known);
      to.hash = "time-step";
      location.assign(to);
    }, WAIT);
  });
  // The page was opened by the slider: it is there only now, so the browser couldn't give it the focus.
  if (location.hash === "#time-step") slider.focus({ preventScroll: true });
})();
