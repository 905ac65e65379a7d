// Calls to the API. The CSRF token comes with every answer about the session and is kept in memory only.

let csrfToken = "";

export class ApiError extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

async function call(method, path, body) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken;
  if (body && !(body instanceof FormData)) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, { method, headers, body, credentials: "same-origin" });
  } catch {
    throw new ApiError(0, "The site cannot be reached. Check the connection and try again.");
  }
  if (response.status === 204) return null;
  const isJson = /^application\/(\w+\+)?json/.test(response.headers.get("Content-Type") ?? "");
  const answer = isJson ? await response.json() : null;
  if (!response.ok) throw new ApiError(response.status, answer?.detail ?? `The site answered ${response.status}. Try again later.`);
  if (answer?.csrf_token) csrfToken = answer.csrf_token;
  return answer;
}

export const session = () => call("GET", "/api/session/");
export const signIn = (username, password) => call("POST", "/api/session/", { username, password });
export const signOut = () => call("DELETE", "/api/session/");
export const listCopies = async () => (await call("GET", "/api/copies/")).copies;
export const getCopy = (id) => call("GET", `/api/copies/${encodeURIComponent(id)}/`);
export const deleteCopy = (id) => call("DELETE", `/api/copies/${encodeURIComponent(id)}/`);
export const uploadCopy = (form) => call("POST", "/api/copies/", form);
export const latestTrace = () => call("GET", "/api/traces/latest");
