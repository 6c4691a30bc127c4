// What a page does that trades, with nothing but the browser. `gateway` is an address such as http://127.0.0.1:3000.

const ENDED = ["confirmed", "failed", "cancelled"];

// Returns the status, the headers that a script may read, and the document of an answer.
async function ask(gateway, method, path, body, headers = {}) {
  if (body !== undefined) headers = { "Content-Type": "application/json", ...headers };
  const answer = await fetch(gateway + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    document: text ? JSON.parse(text) : null,
  };
}

// Sends what needs no preflight, as a form does, and returns whether the page could read an answer.
async function slipIn(gateway, path, text) {
  try {
    const answer = await fetch(gateway + path, { method: "POST", headers: { "Content-Type": "text/plain" }, body: text });
    return `read ${answer.status}`;
  } catch (error) {
    await fetch(gateway + path, { method: "POST", mode: "no-cors", body: text });
    return error.name;
  }
}

// Returns the events of an order as server-sent events. At its end the browser asks once more, and is told 204.
function listen(gateway, orderId) {
  return new Promise((resolve, reject) => {
    const events = [];
    let opened = 0;
    const source = new EventSource(`${gateway}/api/orders/${orderId}/events`);
    source.onopen = () => (opened += 1);
    source.onmessage = (message) => events.push({ id: message.lastEventId, ...JSON.parse(message.data) });
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return;
      opened ? resolve(events) : reject(new Error("the stream was never opened"));
    };
  });
}

// Returns what a socket says until it closes: by itself, or by the page after the answer `until` to its commands.
function follow(gateway, path, said = [], { until = "", protocols = [] } = {}) {
  return new Promise((resolve) => {
    const frames = [];
    let opened = false;
    const socket = new WebSocket(gateway.replace(/^http/, "ws") + path, protocols);
    socket.onopen = () => {
      opened = true;
      said.forEach((command) => socket.send(JSON.stringify(command)));
    };
    socket.onmessage = (message) => {
      frames.push(JSON.parse(message.data));
      if (until && frames.at(-1).op === until) socket.close(1000);
    };
    socket.onclose = (event) => resolve({ opened, code: event.code, frames });
  });
}

// Takes an order back as soon as it waits between two attempts, and returns the answer.
async function takeBack(gateway, orderId) {
  await new Promise((resolve) => {
    const socket = new WebSocket(`${gateway.replace(/^http/, "ws")}/api/orders/${orderId}/events`);
    socket.onclose = resolve;
    socket.onmessage = (message) => {
      const { status } = JSON.parse(message.data);
      if (status === "retrying" || ENDED.includes(status)) socket.close(1000);
    };
  });
  return ask(gateway, "DELETE", `/api/orders/${orderId}`);
}
