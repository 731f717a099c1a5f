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

// The search box for people suggests the first who are meant: links below it, and their number said politely.
const search = document.querySelector("[data-suggest]");
if (search) {
  const status = document.getElementById("q-status");
  const list = document.getElementById("q-suggestions");
  let waiting = 0;
  let asked = 0;
  const show = (people) => {
    list.replaceChildren(
      ...people.map((person) => {
        const [item, link, about] = ["li", "a", "span"].map((name) => document.createElement(name));
        [item.className, link.className, about.className] = ["govuk-body-s app-find__suggestion", "govuk-link", "app-table__detail"];
        [link.href, link.textContent, about.textContent] = [person.href, person.name, person.about];
        item.append(link, about);
        return item;
      }),
    );
    list.hidden = people.length === 0;
  };
  const suggest = async () => {
    const number = ++asked;
    const typed = search.value.trim();
    if (typed.length < 2) {
      show([]);
      status.textContent = "";
      return;
    }
    const address = `${search.dataset.suggest}?${new URLSearchParams(new FormData(search.form))}`;
    const answer = await fetch(address, { redirect: "manual", cache: "no-store" }).catch(() => null);
    const people = answer?.ok ? (await answer.json()).people : [];
    if (number === asked) {
      show(people);
      const words = people.length === 10 ? "The first 10 people" : `${people.length} ${people.length === 1 ? "person" : "people"}`;
      status.textContent = people.length ? `${words} below the box.` : "Nobody matches so far.";
    }
  };
  search.addEventListener("input", () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(suggest, 250);
  });
  // What was typed before this script had come.
  if (search.value !== search.defaultValue) suggest();
  search.form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      asked += 1;
      window.clearTimeout(waiting);
      show([]);
    }
  });
}

// Checking evidence with the keyboard: A accepts, R does not, N goes on. They choose and never send; they do nothing while
// a field has the focus or another key is held, and can be switched off (WCAG 2.1.4).
const keys = document.getElementById("keys");
if (keys) {
  const OFF = "evidence-keys";
  const decide = document.getElementById("decide");
  const [whenOn, whenOff, toggle] = [
    keys.querySelector(".app-keys__on"),
    keys.querySelector(".app-keys__off"),
    keys.querySelector("button"),
  ];
  let on = true;
  try {
    on = localStorage.getItem(OFF) !== "off";
  } catch {
    // A browser that keeps nothing: then they are on until switched off on this page.
  }
  const say = () => {
    whenOn.hidden = !on;
    whenOff.hidden = on;
    toggle.textContent = on ? "Switch these keys off" : "Switch the keys A, R and N on";
  };
  toggle.addEventListener("click", () => {
    on = !on;
    try {
      localStorage.setItem(OFF, on ? "on" : "off");
    } catch {
      // As above.
    }
    say();
  });
  const choose = (selector) => {
    const choice = decide?.querySelector(selector);
    if (choice) {
      choice.checked = true;
    }
    return choice;
  };
  const acts = {
    a: () => choose("#decision") && decide.querySelector("button[type=submit]").focus(),
    r: () => choose("#decision-3")?.focus(),
    n: () => document.getElementById("next")?.click(),
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea, [contenteditable]");
    if (!on || typing || event.repeat || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    acts[event.key.toLowerCase()]?.();
  });
  keys.hidden = false;
  say();
}

// A file that is being checked or loaded: how far it is, once a second, until there is something to decide or to read.
const progress = document.getElementById("import-progress");
if (progress) {
  const [words, bar] = [progress.querySelector("#import-words"), progress.querySelector("#import-bar")];
  const ask = async () => {
    const answer = await fetch(progress.dataset.address, { redirect: "manual", cache: "no-store" }).catch(() => null);
    const said = answer?.ok ? await answer.json().catch(() => null) : null;
    // Done; or signed out, and then the page leads to signing in and back.
    if (answer?.type === "opaqueredirect" || (said && !said.at_work)) {
      window.location.reload();
      return;
    }
    if (said) {
      if (words.textContent !== said.words) {
        words.textContent = said.words;
      }
      if (said.total) {
        bar.max = said.total;
        bar.value = said.done;
      } else {
        bar.removeAttribute("value");
      }
    }
    window.setTimeout(ask, 1000);
  };
  window.setTimeout(ask, 1000);
}
