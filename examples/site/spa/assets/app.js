// Routes, session and the frame round the pages.

import * as api from "/assets/api.js";
import * as live from "/assets/live.js";
import * as pages from "/assets/pages.js";

const main = document.getElementById("main");
const announcer = document.getElementById("announcer");
let shown = {};
let turn = 0;

const routes = [
  { path: /^\/$/, page: pages.home },
  { path: /^\/sign-in\/?$/, page: pages.signIn },
  { path: /^\/copies\/?$/, page: pages.copies, private: true },
  { path: /^\/copies\/([0-9a-f-]{36})\/?$/, page: pages.copy, private: true },
  { path: /^\/about\/?$/, page: pages.about },
];

const context = {
  user: null,
  enter(session) {
    context.user = session.user;
    document.getElementById("release").textContent = session.release ?? "unnamed";
    document.getElementById("sign-out").hidden = !session.user;
    document.getElementById("nav-sign-in").hidden = Boolean(session.user);
    if (session.user) live.connect();
    else live.disconnect();
  },
  go(path, replace = false) {
    history[replace ? "replaceState" : "pushState"](null, "", path);
    return render();
  },
  say(text) {
    announcer.textContent = text;
  },
};

async function pageAt(path) {
  for (const route of routes) {
    const match = route.path.exec(path);
    if (!match) continue;
    if (route.private && !context.user) {
      history.replaceState(null, "", `/sign-in?next=${encodeURIComponent(path)}`);
      return pages.signIn(context);
    }
    return route.page(context, ...match.slice(1));
  }
  return pages.missing();
}

async function render(moveFocus = true) {
  const mine = ++turn;
  main.setAttribute("aria-busy", "true");
  let next;
  try {
    next = await pageAt(location.pathname);
  } catch (problem) {
    if (problem.status === 401) {
      context.enter(await api.session().catch(() => ({ user: null })));
      if (!context.user) return context.go(`/sign-in?next=${encodeURIComponent(location.pathname)}`, true);
    }
    next = pages.trouble(problem);
  }
  if (mine !== turn) return; // the user has gone on to another page meanwhile
  shown = next;
  main.replaceChildren(...next.nodes);
  main.removeAttribute("aria-busy");
  document.title = next.title === "Copies" ? next.title : `${next.title} – Copies`;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.pathname === location.pathname) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (moveFocus) {
    main.querySelector("h1").focus();
    scrollTo(0, 0);
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!link || !plain || event.defaultPrevented || link.origin !== location.origin) return;
  if (link.hasAttribute("download") || link.getAttribute("href").startsWith("#")) return;
  event.preventDefault();
  context.go(link.pathname + link.search);
});

document.getElementById("sign-out").addEventListener("click", async () => {
  try {
    context.enter(await api.signOut());
    await context.go("/");
    context.say("You are signed out.");
  } catch (problem) {
    context.say(problem.message);
  }
});

addEventListener("popstate", () => render());

live.listen((event) => {
  if (event.type === "ready") document.getElementById("live").textContent = "on";
  if (event.type === "lost") document.getElementById("live").textContent = "off";
  shown.onEvent?.(event);
});

try {
  context.enter(await api.session());
} catch (problem) {
  context.say(problem.message);
}
await render(false);
