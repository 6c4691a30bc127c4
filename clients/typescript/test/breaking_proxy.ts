/** A proxy of TCP that cuts connections where a test says so. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface Proxy {
  readonly url: string;
  /** How many connections came. */
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

/** Forward to `target`; of connection n (from 1) let through `bytes(n)` of what the gateway answers, then cut it. */
export async function breakingProxy(target: string, bytes: (n: number) => number): Promise<Proxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((near) => {
    let left = bytes(++connections);
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.on("data", (chunk: Buffer) => {
      const part = chunk.subarray(0, left);
      left -= part.length;
      if (part.length) near.write(part);
      if (left <= 0) near.end(() => near.destroy());
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
