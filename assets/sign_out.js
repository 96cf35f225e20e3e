// Signing out leaves nothing of the person in this tab.
import { forget } from "./outbox.js";

for (const form of document.querySelectorAll('form[action="/sign-out"]')) {
  form.addEventListener("submit", (event) => {
    // A page with rows that are still on their way asks first.
    if (dispatchEvent(new CustomEvent("xuekang:leave", { cancelable: true }))) forget();
    else event.preventDefault();
  });
}
