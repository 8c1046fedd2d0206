// Says why a security key did not work, instead of a button that does nothing.

function tell(name) {
  for (const words of document.querySelectorAll("[data-key]")) {
    words.hidden = words.dataset.key !== name;
  }
}

if (!window.PublicKeyCredential) {
  tell("unsupported");
}
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  tell(window.PublicKeyCredential ? "failed" : "unsupported");
});
