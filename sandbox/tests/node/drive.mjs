// Drives every operation of the API and every route of the admin API with fetch, and fails on an answer that is not the
// expected one.
//
//     node drive.mjs PROGRAM
//
// PROGRAM is the built `mobiscroll-connect-sandbox`. Prints a line for each part and the figures, and what differs
// between the sandbox and what fetch does by itself.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createPublicKey, verify } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { createInterface } from "node:readline";

const WHOLE_RUN = 120_000;
const REDIRECT_URI = "https://app.example/oauth/callback";

// What the API has, as method and path.
const OPERATIONS = [
  "GET /api/oauth/authorize", "POST /api/oauth/token", "POST /api/oauth/revoke", "GET /api/oauth/connection-status",
  "POST /api/oauth/disconnect", "GET /api/calendars", "GET /api/events", "POST /api/event", "PUT /api/event",
  "DELETE /api/event", "POST /api/subscribe-webhook", "POST /api/unsubscribe-webhook", "GET /api/health",
  "GET /.well-known/webhook-keys",
];

// Where fetch and the sandbox do something that a reader may not expect.
const DIFFERENCES = [
  "fetch follows redirects: authorize needs redirect: 'manual', which hides nothing in Node but would in a browser",
  "fetch has no way to swallow connection attempts: it waits for the handshake until they are accepted again",
  "a fault that resets the connection is a TypeError 'fetch failed', with the reason under cause",
];

const called = new Set();
let calls = 0;

async function send(method, url, { bearer, json, form, headers = {}, redirect = "manual" } = {}) {
  const { pathname } = new URL(url);
  called.add(`${method} ${pathname}`);
  calls += 1;
  const all = { ...headers };
  let body;
  if (bearer) all.authorization = `Bearer ${bearer}`;
  if (json !== undefined) {
    body = JSON.stringify(json);
    all["content-type"] = "application/json";
  }
  if (form) body = new URLSearchParams(form);
  const response = await fetch(url, { method, headers: all, body, redirect });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text && JSON.parse(text), text };
}

async function ok(...request) {
  const answer = await send(...request);
  assert.equal(answer.status, 200, `${request[0]} ${request[1]}: ${answer.text}`);
  return answer.body;
}

// The parts: each gets the addresses that the sandbox printed.

async function authorizes({ baseUrl }) {
  const query = new URLSearchParams({ client_id: "sandbox-client", user_id: "alice", state: "s-1", response_type: "code" });
  const { status, headers } = await send("GET", `${baseUrl}/oauth/authorize?${query}`);
  assert.equal(status, 302);
  const returned = new URL(headers.get("location"));
  assert.equal(returned.searchParams.get("state"), "s-1");
  const client = { authorization: `Basic ${btoa("sandbox-client:sandbox-secret")}` };
  const code = { grant_type: "authorization_code", code: returned.searchParams.get("code"), redirect_uri: REDIRECT_URI };
  const first = await ok("POST", `${baseUrl}/oauth/token`, { form: code, headers: client });
  const refresh = { grant_type: "refresh_token", refresh_token: first.refresh_token };
  const second = await ok("POST", `${baseUrl}/oauth/token`, { form: refresh, headers: client });
  assert.notEqual(first.refresh_token, second.refresh_token);
  const again = await send("POST", `${baseUrl}/oauth/token`, { form: code, headers: client });
  assert.deepEqual([again.status, again.body.error], [400, "invalid_grant"]);
  return second.access_token;
}

async function reads({ baseUrl }, bearer) {
  const calendars = await ok("GET", `${baseUrl}/calendars`, { bearer });
  assert.equal(calendars.length, 6);
  const { connections } = await ok("GET", `${baseUrl}/oauth/connection-status`, { bearer });
  assert.deepEqual(Object.keys(connections).sort(), ["apple", "caldav", "google", "microsoft"]);
  const start = new Date(Date.now() - 30 * 86_400_000).toISOString();
  const end = new Date(Date.now() + 30 * 86_400_000).toISOString();
  const seen = new Set();
  let token;
  do {
    const query = new URLSearchParams({ start, end, pageSize: "20", ...(token && { nextPageToken: token }) });
    const page = await ok("GET", `${baseUrl}/events?${query}`, { bearer });
    page.events.forEach((event) => seen.add(`${event.provider} ${event.id}`));
    token = page.nextPageToken;
  } while (token);
  assert.ok(seen.size > 50, `${seen.size} events`);
  assert.equal((await ok("GET", `${baseUrl}/health`)).status, "ok");
  assert.equal((await send("GET", `${baseUrl}/calendars`, { bearer: "nonsense" })).status, 401);
}

async function writes({ baseUrl }, bearer) {
  for (const { provider, id: calendarId } of await ok("GET", `${baseUrl}/calendars`, { bearer })) {
    const place = { provider, calendarId };
    const times = { start: "2026-03-02T09:00:00Z", end: "2026-03-02T10:00:00Z" };
    const made = await ok("POST", `${baseUrl}/event`, { bearer, json: { ...place, ...times, title: "Lunch" } });
    const change = { ...place, eventId: made.id, title: "Dinner", attendees: ["ada@example.com"] };
    assert.equal((await ok("PUT", `${baseUrl}/event`, { bearer, json: change })).title, "Dinner");
    const recurrence = { frequency: "WEEKLY", count: 4 };
    const series = await ok("POST", `${baseUrl}/event`, { bearer, json: { ...place, ...times, title: "Series", recurrence } });
    const gone = new URLSearchParams({ ...place, eventId: series.id, deleteMode: "all" });
    await ok("DELETE", `${baseUrl}/event?${gone}`, { bearer });
    const missing = await send("DELETE", `${baseUrl}/event?${gone}`, { bearer });
    assert.equal(missing.status, 404);
  }
  const wrong = await send("POST", `${baseUrl}/event`, { bearer, json: { provider: "google", calendarId: "primary" } });
  assert.deepEqual([wrong.status, Object.keys(wrong.body.details)], [400, ["end", "start", "title"]]);
}

async function receives({ baseUrl, origin, adminUrl }, bearer) {
  const received = [];
  const receiver = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks) });
      response.end();
    });
  });
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  try {
    const webhookUrl = `http://127.0.0.1:${receiver.address().port}/hooks`;
    await ok("PATCH", `${adminUrl}settings`, { json: { webhookUrl } });
    const channel = { provider: "google", calendarId: "primary", channelId: "c-1" };
    const { subscription } = await ok("POST", `${baseUrl}/subscribe-webhook`, { bearer, json: channel });
    await until(() => received.length === 1, "the initial delivery");
    const { keys } = await ok("GET", `${origin}/.well-known/webhook-keys`);
    for (const { headers, body } of received) {
      const content = Buffer.concat([Buffer.from(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.`), body]);
      const signature = Buffer.from(headers["webhook-signature"].split(",")[1], "base64");
      assert.ok(verify(null, content, publicKey(keys[0].key), signature), "the signature is the published key's");
    }
    const { id } = await ok("POST", `${adminUrl}webhooks/deliver`, { json: { json: { hello: "there" } } });
    await until(() => received.some(({ headers }) => headers["webhook-id"] === id), "the delivery that was ordered");
    const { deliveries } = await ok("GET", `${adminUrl}deliveries`);
    assert.ok(deliveries.every(({ state }) => state === "delivered"), JSON.stringify(deliveries));
    await ok("POST", `${adminUrl}webhooks/replay`, { json: { id } });
    await ok("POST", `${adminUrl}webhooks/send`, { json: { body: "plain", headers: { "webhook-id": "msg_1" } } });
    await ok("POST", `${adminUrl}webhooks/disturbances`, { json: { copies: 1, tamper: "body" } });
    await ok("DELETE", `${adminUrl}webhooks/disturbances`);
    await ok("POST", `${adminUrl}webhooks/hold`);
    await ok("POST", `${adminUrl}webhooks/release`, { json: { order: "reversed" } });
    await ok("POST", `${adminUrl}webhooks/flood`, { json: { count: 5, forgery: "old" } });
    await until(() => received.length >= 9, "everything that was sent");
    const { resourceId } = subscription;
    await ok("POST", `${baseUrl}/unsubscribe-webhook`, { bearer, json: { provider: "google", channelId: "c-1", resourceId } });
    await ok("DELETE", `${adminUrl}deliveries`);
    const first = (await ok("GET", `${adminUrl}webhooks/keys`)).keys[0];
    await ok("POST", `${adminUrl}webhooks/keys/rotate`);
    await ok("POST", `${adminUrl}webhooks/keys/retire`);
    await ok("POST", `${adminUrl}webhooks/keys/revoke`, { json: { id: first.id } });
    const signed = await ok("POST", `${adminUrl}webhooks/sign`, { json: { body: "x" } });
    assert.ok(signed.headers["webhook-signature"].startsWith("v1a,"));
  } finally {
    receiver.close();
    receiver.closeAllConnections();
  }
}

async function breaks({ baseUrl, adminUrl }, bearer) {
  const list = () => send("GET", `${baseUrl}/calendars`, { bearer });
  const { id } = await ok("POST", `${adminUrl}faults`, { json: { operation: "list_calendars", status: 503, times: 2 } });
  assert.deepEqual([(await list()).status, (await list()).status, (await list()).status], [503, 503, 200]);
  assert.equal((await ok("GET", `${adminUrl}faults?id=${id}`)).fired, 2);
  await ok("POST", `${adminUrl}faults`, { json: { operation: "list_calendars", reset: true } });
  await assert.rejects(list(), ({ name, cause }) => name === "TypeError" && cause.code === "ECONNRESET");
  await ok("POST", `${adminUrl}faults`, { json: { operation: "list_calendars", json: { odd: true } } });
  assert.deepEqual((await list()).body, { odd: true });
  await ok("DELETE", `${adminUrl}faults`);
  await breaksAConnection(baseUrl, adminUrl);
  await ok("POST", `${adminUrl}connections/swallow`, { json: { forMs: 100 } });
  await ok("DELETE", `${adminUrl}connections/swallow`);
  await ok("POST", `${adminUrl}latencies`, { json: { operation: "health", medianMs: 1 } });
  assert.equal((await ok("GET", `${adminUrl}latencies`)).latencies.length, 1);
  await ok("DELETE", `${adminUrl}latencies`);
  await ok("POST", `${adminUrl}rate-limits`, { json: { operation: "health", requests: 0, perMs: 60_000 } });
  assert.equal((await send("GET", `${baseUrl}/health`)).status, 429);
  assert.equal((await ok("GET", `${adminUrl}rate-limits`)).limits.length, 1);
  await ok("DELETE", `${adminUrl}rate-limits`);
}

// fetch keeps its connections for further calls, so that one is broken which it does not know.
async function breaksAConnection(baseUrl, adminUrl) {
  const { hostname, port, host } = new URL(baseUrl);
  const socket = connect(port, hostname);
  let received = "";
  socket.on("data", (chunk) => { received += chunk; });
  const closed = new Promise((resolve) => socket.on("error", () => {}).on("close", resolve));
  const ask = () => socket.write(`GET /api/health HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
  ask();
  await until(() => received.includes('"ok"'), "an answer");
  const { connections } = await ok("GET", `${adminUrl}connections`);
  const { id } = connections.findLast(({ state, requests }) => state !== "closed" && requests === 1);
  await ok("POST", `${adminUrl}connections/limit`, { json: { id, bytesPerSecond: 0 } });
  await ok("POST", `${adminUrl}connections/freeze`, { json: { id, freeze: "unread" } });
  received = "";
  ask();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(received, "", "a frozen connection says nothing");
  await ok("POST", `${adminUrl}connections/thaw`, { json: { id } });
  await until(() => received.includes('"ok"'), "an answer after the thaw");
  await ok("POST", `${adminUrl}connections/reset`, { json: { id } });
  await closed;
}

async function looks({ baseUrl, adminUrl }) {
  await ok("POST", `${adminUrl}codes`, { json: { user: "bob" } });
  const tokens = await ok("POST", `${adminUrl}tokens`, { json: { user: "bob", scope: "read" } });
  await ok("POST", `${adminUrl}tokens/expire`, { json: { user: "bob" } });
  assert.equal((await send("GET", `${baseUrl}/calendars`, { bearer: tokens.access_token })).status, 401);
  await ok("GET", `${adminUrl}grants?user=bob`);
  await ok("POST", `${adminUrl}grants/revoke`, { json: { user: "bob" } });
  assert.ok((await ok("GET", `${adminUrl}users`)).users.includes("bob"));
  const account = { user: "bob", provider: "google", account: "bob@gmail.example", calendarPermission: false };
  await ok("POST", `${adminUrl}accounts`, { json: account });
  await ok("GET", `${adminUrl}accounts?user=bob`);
  const event = { provider: "google", calendarId: "primary", id: "e-1", title: "Odd" };
  await ok("POST", `${adminUrl}events`, { json: { user: "bob", event } });
  await ok("POST", `${adminUrl}events/change`, { json: { user: "bob", id: "e-1", members: { title: "Odder" } } });
  assert.equal((await ok("GET", `${adminUrl}events/at?user=bob&id=e-1`)).event.title, "Odder");
  await ok("POST", `${adminUrl}events/remove`, { json: { user: "bob", id: "e-1" } });
  assert.equal((await ok("GET", `${adminUrl}events/history?user=bob&id=e-1`)).versions.length, 3);
  await ok("GET", `${adminUrl}events?user=bob`);
  await ok("GET", `${adminUrl}channels?user=bob`);
  assert.ok((await ok("GET", `${adminUrl}requests?limit=5`)).requests.length === 5);
  await ok("GET", `${adminUrl}counters`);
  await ok("DELETE", `${adminUrl}requests`);
  await ok("GET", `${adminUrl}settings`);
  await ok("POST", `${adminUrl}clock`, { json: { advanceMs: 1000 } });
  assert.ok((await ok("GET", `${adminUrl}clock`)).aheadMs > 0);
  await ok("GET", `${adminUrl}contract`);
  await ok("DELETE", `${adminUrl}contract`);
  await send("GET", `${baseUrl}/event`);
  const { report } = await ok("GET", `${adminUrl}journal`);
  assert.match(report, /GET \/api\/event -> 404\n  path: is no operation; nearest: GET \/api\/events \(list_events\)/);
  await ok("DELETE", `${adminUrl}journal`);
}

async function keepsStates({ adminUrl }) {
  const state = await ok("GET", `${adminUrl}state`);
  await ok("POST", `${adminUrl}reset`);
  assert.deepEqual((await ok("GET", `${adminUrl}users`)).users, []);
  await ok("PUT", `${adminUrl}state`, { json: state });
  assert.deepEqual((await ok("GET", `${adminUrl}users`)).users, Object.keys(state.users).sort());
  const wrong = await send("PUT", `${adminUrl}state`, { json: { version: 1, users: { alice: { events: [{}] } } } });
  assert.deepEqual([wrong.status, wrong.body.field], [400, "users.alice.events[0].event"]);
  await ok("DELETE", `${adminUrl}state`);
}

async function opensApplications({ adminUrl }) {
  const opened = await Promise.all(
    Array.from({ length: 10 }, (_, number) => ok("POST", `${adminUrl}applications`, { json: { randomSeed: number } })),
  );
  assert.equal(new Set(opened.map(({ origin }) => origin)).size, 10);
  const tokens = await Promise.all(opened.map((one) => ok("POST", `${one.adminUrl}tokens`, { json: { user: "alice" } })));
  for (const [number, { baseUrl }] of opened.entries()) {
    const answers = await Promise.all(tokens.map(({ access_token }) => send("GET", `${baseUrl}/calendars`, { bearer: access_token })));
    assert.deepEqual(answers.map(({ status }) => status), tokens.map((_, of) => (of === number ? 200 : 401)));
  }
  assert.equal((await ok("GET", `${adminUrl}applications`)).applications.length, 10);
  assert.deepEqual(await ok("DELETE", `${adminUrl}applications`), { closed: 10 });
}

async function refusesBadInput({ adminUrl }) {
  const bodies = ["", "{", "[]", "null", "7", '"x"', '{"a":1}', "\u0000", "{\"id\":-1}", "[".repeat(100_000)];
  const { routes } = await ok("GET", adminUrl);
  for (const route of routes) {
    const [method, path] = route.split(" ");
    if (path === "/_sandbox/" || method === "GET") continue;
    for (const body of bodies.slice(1)) {
      const response = await fetch(new URL(path, adminUrl), { method, body });
      await response.text();
      assert.ok(response.status === 400 || response.status === 404, `${route} ${body.slice(0, 20)}: ${response.status}`);
      calls += 1;
    }
  }
  assert.equal((await send("POST", `${adminUrl}nowhere`)).status, 404);
  const evil = await send("POST", `${adminUrl}reset`, { headers: { origin: "https://evil.example" } });
  assert.equal(evil.status, 403);
}

async function endsGrants({ baseUrl, adminUrl }) {
  const { access_token: bearer, refresh_token: token } = await ok("POST", `${adminUrl}tokens`, { json: { user: "carol" } });
  await ok("POST", `${baseUrl}/oauth/disconnect?provider=google`, { bearer });
  const revoked = await send("POST", `${baseUrl}/oauth/revoke`, { bearer, json: { token } });
  assert.equal(revoked.status, 200, revoked.text);
  assert.equal((await send("GET", `${baseUrl}/calendars`, { bearer })).status, 401);
}

function publicKey(text) {
  const prefix = Buffer.from("302a300506032b6570032100", "hex");
  const raw = Buffer.from(text.replace("whpk_", ""), "base64");
  return createPublicKey({ key: Buffer.concat([prefix, raw]), format: "der", type: "spki" });
}

async function until(condition, what) {
  for (let turn = 0; turn < 500; turn += 1) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`not in time: ${what}`);
}

async function main(program) {
  const sandbox = spawn(program, ["--port", "0", "--json"], { stdio: ["ignore", "pipe", "ignore"] });
  const deadline = setTimeout(() => {
    console.error("error: the whole run took too long");
    sandbox.kill();
    process.exit(1);
  }, WHOLE_RUN);
  try {
    const [line] = await once(createInterface({ input: sandbox.stdout }), "line");
    const urls = JSON.parse(line);
    const { routes } = await ok("GET", urls.adminUrl);
    const bearer = await authorizes(urls);
    for (const part of [reads, writes, receives, breaks, looks, keepsStates, opensApplications, endsGrants, refusesBadInput]) {
      await part(urls, bearer);
      console.log(`ok      ${part.name}`);
    }
    const missed = [...OPERATIONS, ...routes].filter((route) => !called.has(route));
    assert.deepEqual(missed, [], "every operation and every route was called");
    console.log(`${calls} calls, ${OPERATIONS.length} of ${OPERATIONS.length} operations, ${routes.length} of ${routes.length} admin routes`);
    DIFFERENCES.forEach((difference) => console.log(`note    ${difference}`));
  } finally {
    clearTimeout(deadline);
    sandbox.kill();
  }
}

await main(process.argv[2]);
