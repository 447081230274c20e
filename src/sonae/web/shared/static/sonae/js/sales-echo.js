// Says in exact yen what was understood of a sum typed in 万円: 「４，８００」 → ＝ 48,000,000円（4,800万円）.
// The server reads the same signs again; without this file nothing is lost.
(() => {
  const MAN = 10_000n, OKU = 100_000_000n;
  const english = document.documentElement.lang === "en";

  function readYen(typed) {
    const text = typed.normalize("NFKC").replace(/[\s,、円¥]/g, "");
    if (/^\d+$/.test(text)) return BigInt(text) * (/[円¥]/.test(typed.normalize("NFKC")) ? 1n : MAN);
    const found = /^(?:(\d+)億)?(?:(\d+)万)?$/.exec(text);
    if (!found || (!found[1] && !found[2])) return null;
    return BigInt(found[1] ?? 0) * OKU + BigInt(found[2] ?? 0) * MAN;
  }

  const grouped = (number) => number.toLocaleString("en-US");

  function inWords(yen) {
    if (english) return yen % 100_000n === 0n && yen >= 1_000_000n ? `${grouped(Number(yen) / 1e6)} million yen` : "";
    const oku = yen / OKU, man = (yen % OKU) / MAN, rest = yen % MAN;
    if (rest || yen === 0n) return "";
    return `${oku ? `${grouped(oku)}億` : ""}${man ? `${grouped(man)}万` : ""}円`;
  }

  function show(input, output) {
    const yen = readYen(input.value);
    output.replaceChildren();
    if (yen === null || yen > 10n ** 15n) return;
    const sum = document.createElement("b");
    sum.textContent = english ? `¥${grouped(yen)}` : `${grouped(yen)}円`;
    const words = inWords(yen);
    output.append(english ? "= " : "＝ ", sum);
    if (words) output.append(english ? ` (${words})` : `（${words}）`);
  }

  // One listener for the page, so that a form swapped in later speaks as well.
  document.addEventListener("input", (event) => {
    const output = document.getElementById(`${event.target.id}_echo`);
    if (output?.matches("output[data-echo]")) show(event.target, output);
  });
  for (const output of document.querySelectorAll("output[data-echo]")) {
    const input = document.getElementById(output.htmlFor[0]);
    if (input) show(input, output);
  }
})();
