// The pages. Each returns the nodes to show; `context` gives the user, navigation and a way to speak to everybody.

import * as api from "/assets/api.js";
import { element } from "/assets/element.js";
import { newest } from "/assets/live.js";

const STATES = { queued: "In the queue", processed: "Processed", rejected: "Rejected" };

const heading = (text) => element("h1", { tabindex: "-1" }, text);
const state = (copy) => element("span", { class: `state state-${copy.state}`, "data-testid": "copy-state" }, STATES[copy.state] ?? copy.state);
const pagesOf = (copy) => (copy.pages == null ? "" : `${copy.pages} ${copy.pages === 1 ? "page" : "pages"}`);
const when = (text) => (text ? new Date(text).toLocaleString() : "not yet");

function sizeOf(bytes) {
  if (bytes == null) return "unknown";
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

// A form that sends once at a time and shows what went wrong where a screen reader hears it.
function form(testid, fields, label, send) {
  const error = element("p", { class: "error", role: "alert", "data-testid": `${testid}-error` });
  const button = element("button", { type: "submit", "data-testid": `${testid}-submit` }, label);
  const node = element("form", { "data-testid": testid }, fields, error, button);
  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    error.textContent = "";
    try {
      await send(new FormData(node), node);
    } catch (problem) {
      error.textContent = problem.message;
    } finally {
      button.disabled = false;
    }
  });
  return node;
}

function field(id, label, attributes) {
  return element("div", { class: "field" },
    element("label", { for: id }, label),
    element("input", { id, name: id, "data-testid": id, ...attributes }));
}

export function home({ user }) {
  const [href, label] = user ? ["/copies", "Go to my copies"] : ["/sign-in", "Sign in"];
  return { title: "Copies", nodes: [
    heading("Hand in a PDF, see what is in it"),
    element("div", { class: "sheet" },
      element("p", {}, "Upload a copy. A worker counts its pages and takes its fingerprint, and the result appears here by itself."),
      element("a", { class: "button", href, "data-testid": "start" }, label)),
  ] };
}

export function signIn(context) {
  const next = new URLSearchParams(location.search).get("next") ?? "";
  const destination = /^\/(?![/\\])/.test(next) ? next : "/copies";
  return { title: "Sign in", nodes: [
    heading("Sign in"),
    element("div", { class: "sheet" }, form("sign-in", [
      field("username", "Username", { autocomplete: "username", required: true, autocapitalize: "none" }),
      field("password", "Password", { type: "password", autocomplete: "current-password", required: true }),
    ], "Sign in", async (data) => {
      context.enter(await api.signIn(data.get("username"), data.get("password")));
      await context.go(destination);
    })),
  ] };
}

export async function copies(context) {
  const list = element("ul", { class: "copies", "data-testid": "copies" });
  const none = element("p", { class: "hint", "data-testid": "no-copies" }, "You have not handed in anything yet.");
  const items = new Map();

  function show(copy, first = false) {
    const item = element("li", { "data-testid": "copy", "data-id": copy.id },
      element("span", { class: "what" },
        element("a", { href: `/copies/${copy.id}`, "data-testid": "copy-link" }, copy.title || copy.name), " ",
        element("span", { class: "hint", "data-testid": "copy-pages" }, pagesOf(copy))),
      state(copy));
    const old = items.get(copy.id);
    // A link that had the focus must not lose it because news came in.
    const focused = old?.contains(document.activeElement);
    if (old) old.replaceWith(item);
    else if (first) list.prepend(item);
    else list.append(item);
    items.set(copy.id, item);
    if (focused) item.querySelector("a").focus();
    none.hidden = true;
  }

  async function refresh() {
    for (const copy of await api.listCopies()) show(newest(copy));
  }

  const upload = form("upload", [
    field("title", "Title (optional)", { maxlength: "255", autocomplete: "off" }),
    field("file", "PDF file", { type: "file", accept: "application/pdf,.pdf", required: true }),
  ], "Upload", async (data, node) => {
    const copy = await api.uploadCopy(data);
    show(newest(copy), true);
    node.reset();
    context.say(`${copy.title} is in the queue.`);
  });

  await refresh();
  return {
    title: "My copies",
    nodes: [
      heading("My copies"),
      element("section", { class: "sheet", "aria-labelledby": "hand-in" }, element("h2", { id: "hand-in" }, "Hand in a copy"), upload),
      element("section", { "aria-labelledby": "handed-in" }, element("h2", { id: "handed-in" }, "Handed in"), none, list),
    ],
    onEvent(event) {
      if (event.type === "ready" && context.user) refresh().catch(() => {});
      if (event.type !== "copy") return;
      show(event.copy, true);
      context.say(`${event.copy.title}: ${STATES[event.copy.state]}. ${pagesOf(event.copy)}`);
    },
  };
}

export async function copy(context, id) {
  let found = newest(await api.getCopy(id));
  const facts = element("dl");
  const reason = element("p", { class: "error", "data-testid": "reason" });

  function fill() {
    const rows = [
      ["State", state(found)],
      ["File", found.name],
      ["Pages", element("span", { "data-testid": "pages" }, String(found.pages ?? "not counted"))],
      ["Size", sizeOf(found.size)],
      ["Handed in", when(found.uploaded_at)],
      ["Processed", when(found.processed_at)],
      ["SHA-256", element("span", { class: "mono", "data-testid": "sha256" }, found.sha256 ?? "not yet")],
    ];
    facts.replaceChildren(...rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
    reason.textContent = found.reason ?? "";
  }

  fill();
  const error = element("p", { class: "error", role: "alert" });
  return {
    title: found.title,
    nodes: [
      heading(found.title || found.name),
      element("div", { class: "sheet" }, facts, reason, error,
        element("div", { class: "actions" },
          element("a", { class: "button", href: found.url, download: found.name, "data-testid": "download" }, "Download"),
          element("button", { type: "button", class: "quiet", "data-testid": "delete", onclick: async () => {
            try {
              await api.deleteCopy(id);
              await context.go("/copies");
              context.say("The copy is deleted.");
            } catch (problem) {
              error.textContent = problem.message;
            }
          } }, "Delete"))),
      element("p", {}, element("a", { href: "/copies" }, "Back to my copies")),
    ],
    onEvent(event) {
      if (event.type !== "copy" || event.copy.id !== id) return;
      found = event.copy;
      fill();
      context.say(`${found.title}: ${STATES[found.state]}. ${pagesOf(found)}`);
    },
  };
}

export async function about() {
  let trace = "The scheduler has left no trace yet.";
  try {
    const latest = await api.latestTrace();
    trace = `The scheduler left its latest trace ${Math.round(latest.age_seconds)} seconds ago; there are ${latest.total} in all.`;
  } catch (problem) {
    if (problem.status !== 404) trace = problem.message;
  }
  return { title: "About", nodes: [
    heading("About this site"),
    element("div", { class: "sheet" },
      element("p", {}, "A small site with everything a real one has: accounts, uploads, background work, a schedule and live updates."),
      element("p", { "data-testid": "trace" }, trace)),
  ] };
}

export function missing() {
  return { title: "Not found", nodes: [
    heading("There is no such page"),
    element("p", {}, element("a", { href: "/" }, "Go to the start")),
  ] };
}

export function trouble(problem) {
  return { title: "Something went wrong", nodes: [
    heading(problem.status === 404 ? "There is no such copy" : "Something went wrong"),
    element("p", { class: "error", role: "alert", "data-testid": "trouble" }, problem.message),
    element("p", {}, element("a", { href: "/" }, "Go to the start")),
  ] };
}
