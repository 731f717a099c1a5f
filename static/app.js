// Progressive enhancement only: every page works without this file.
import { initAll } from "./vendor/govuk-frontend/govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// What is folded away on the screen is unfolded on paper.
const folded = [];
window.addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details:not([open])")) {
    details.open = true;
    folded.push(details);
  }
});
window.addEventListener("afterprint", () => {
  for (const details of folded.splice(0)) {
    details.open = false;
  }
});

// Some minutes before the session ends for want of a page, a notice offers to go on. It comes politely, takes no focus
// and covers nothing that has it. Pages in other tabs count: the last moment is kept for all of them.
const notice = document.getElementById("session-end");
if (notice) {
  const lasts = Number(notice.dataset.seconds) * 1000;
  const ahead = Math.min(5 * 60 * 1000, lasts / 2);
  const [text, button] = [notice.querySelector("p"), notice.querySelector("button")];
  const minutes = Math.round(ahead / 60_000);
  const LAST = "last-page-at";
  const ENDED =
    "You have been signed out. If you were filling in a form, send it: you can sign in then, and what you typed is kept.";

  const note = () => {
    try {
      localStorage.setItem(LAST, String(Date.now()));
    } catch {
      // A browser that keeps nothing: then only this tab is counted.
    }
    return Date.now();
  };
  let own = note();
  let timer = 0;
  const left = () => {
    let last = own;
    try {
      last = Math.max(own, Number(localStorage.getItem(LAST)));
    } catch {
      // As above.
    }
    return last + lasts - Date.now();
  };
  const show = (words, withButton) => {
    text.textContent = words;
    button.hidden = !withButton;
    notice.hidden = false;
    document.documentElement.classList.add("app-timeout-shown");
  };
  const hide = () => {
    notice.hidden = true;
    document.documentElement.classList.remove("app-timeout-shown");
  };
  const look = () => {
    const time = left();
    if (time <= 0) {
      show(ENDED, false);
    } else if (time > ahead) {
      hide();
    } else if (notice.hidden) {
      show(`You will be signed out in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`, true);
    }
    window.clearTimeout(timer);
    if (time > 0) {
      timer = window.setTimeout(look, Math.max(1000, time > ahead ? time - ahead : time));
    }
  };
  let before = null;
  document.addEventListener("focusin", (event) => {
    if (!notice.contains(event.target)) {
      before = event.target;
    }
  });
  button.addEventListener("click", async () => {
    // Any page of one's own keeps the session; whoever has lost it would be led elsewhere.
    const answer = await fetch(notice.dataset.address, { redirect: "manual", cache: "no-store" }).catch(() => null);
    if (answer?.ok) {
      own = note();
      hide();
      before?.focus();
      look();
    } else {
      show(ENDED, false);
    }
  });
  // A computer that slept has not counted.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
      look();
    }
  });
  look();
}
