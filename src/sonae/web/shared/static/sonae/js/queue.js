// The queue with the keyboard, and news of it while it is looked at. Without this file everything is reached by pointer and Tab.
(() => {
  const EVERY_MS = 20000;
  const OFF = "sonae-no-letter-keys";
  const root = () => document.querySelector("#work");
  const rows = () => [...document.querySelectorAll("#work tr[data-row]")];
  const dialog = () => document.querySelector("#work [data-keys]");

  const kept = () => {
    try {
      return localStorage.getItem(OFF) === "yes";
    } catch {
      return false;
    }
  };
  const keep = (off) => {
    try {
      localStorage.setItem(OFF, off ? "yes" : "no");
    } catch {
      // a browser that keeps nothing: the choice holds for this page
    }
  };
  let off = kept();

  const here = () => document.activeElement?.closest("#work tr[data-row]");
  const go = (step) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(here());
    const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
    next.tabIndex = -1;
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };
  const tick = (row) => row?.querySelector("input[name=work]");
  const ticked = () => document.querySelectorAll("#work input[name=work]:checked");
  const count = () => {
    const shown = document.querySelector("#work [data-chosen-count]");
    if (!shown) return;
    shown.hidden = !ticked().length;
    shown.textContent = document.documentElement.lang === "en" ? `${ticked().length} chosen` : `${ticked().length}件`;
  };
  const choose = (row) => {
    const box = tick(row);
    if (!box) return;
    box.checked = !box.checked;
    count();
  };
  const chooseHereIfNone = () => {
    const box = tick(here());
    if (!ticked().length && box) box.checked = true;
    count();
    return ticked().length > 0;
  };
  const toggleKeys = () => {
    const keys = dialog();
    if (keys?.open) keys.close();
    else keys?.showModal();
  };

  const acts = {
    j: () => go(1),
    k: () => go(-1),
    x: () => choose(here()),
    a: () => {
      if (chooseHereIfNone()) document.querySelector("#work button[name=act][value=take]")?.click();
    },
    s: () => {
      if (chooseHereIfNone()) document.querySelector("#work-until")?.focus();
    },
  };
  const typing = (target) => target instanceof Element && target.closest("input:not([type=checkbox]), select, textarea, dialog");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !root()) return;
    if (event.key === "?" && !off && !(typing(event.target) && !dialog()?.open)) {
      event.preventDefault();
      toggleKeys();
    } else if (event.key === "Enter" && event.target.matches?.("tr[data-row]")) {
      event.target.querySelector("a[data-open]")?.click();
    } else if (!off && acts[event.key] && !typing(event.target)) {
      event.preventDefault();
      acts[event.key]();
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("input[name=work]")) count();
    if (event.target.matches("[data-keys-off]")) {
      off = event.target.checked;
      keep(off);
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys-shown]")) toggleKeys();
  });
  const prepare = () => {
    const button = document.querySelector("#work [data-keys-shown]");
    const box = document.querySelector("#work [data-keys-off]");
    if (button) button.hidden = false;
    if (box) box.checked = off;
    count();
  };
  document.addEventListener("htmx:afterSwap", prepare);
  addEventListener("pageshow", prepare);
  prepare();

  setInterval(() => {
    const news = document.querySelector("#work [data-work-news]");
    if (news && document.visibilityState === "visible") globalThis.htmx?.trigger(news, "look");
  }, EVERY_MS);
})();
