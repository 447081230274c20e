// Passkeys: asks the device, and sends what it answers with the form. Without this file the code by e-mail is there.
(() => {
  if (!window.PublicKeyCredential) return;

  const bytesOf = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const textOf = (bytes) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const readable = (list) => (list ?? []).map((one) => ({ ...one, id: bytesOf(one.id) }));

  function sendable(credential) {
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[part]) response[part] = textOf(credential.response[part]);
    }
    if (credential.response.getTransports) response.transports = credential.response.getTransports();
    return JSON.stringify({
      id: credential.id,
      rawId: textOf(credential.rawId),
      type: credential.type,
      response,
      clientExtensionResults: credential.getClientExtensionResults(),
    });
  }

  function sendWith(form, credential) {
    let input = form.querySelector("input[name=credential]");
    if (!input) {
      input = document.createElement("input");
      input.type = "hidden";
      input.name = "credential";
      form.append(input);
    }
    input.value = sendable(credential);
    form.submit();
  }

  // The device is asked while the form waits; a refusal is said beside the button, which can be pressed again.
  function askBefore(form, ask) {
    const failed = form.querySelector("[data-passkey-failed]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      failed.hidden = true;
      try {
        sendWith(form, await ask());
      } catch {
        failed.hidden = false;
      }
    }, true);
  }

  for (const warning of document.querySelectorAll("[data-passkey-needs-script]")) warning.hidden = true;

  const make = document.querySelector("[data-passkey-create]");
  if (make) {
    const form = make.closest("form");
    const { publicKey } = JSON.parse(make.dataset.passkeyCreate);
    askBefore(form, () =>
      navigator.credentials.create({
        publicKey: {
          ...publicKey,
          challenge: bytesOf(publicKey.challenge),
          user: { ...publicKey.user, id: bytesOf(publicKey.user.id) },
          excludeCredentials: readable(publicKey.excludeCredentials),
        },
      }),
    );
  }

  const enter = document.querySelector("[data-passkey-get]");
  if (enter) {
    enter.hidden = false;
    askBefore(enter, async () => {
      const reply = await fetch(enter.action, { method: "POST", body: new FormData(enter) });
      const { publicKey } = await reply.json();
      return navigator.credentials.get({
        publicKey: {
          ...publicKey,
          challenge: bytesOf(publicKey.challenge),
          allowCredentials: readable(publicKey.allowCredentials),
        },
      });
    });
  }
})();
