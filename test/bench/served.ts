import type { AddressInfo } from 'node:net';
import type { Express } from 'express';

export interface Served {
  origin: string;
  stop: () => void;
}

/** An app on a free port of loopback. */
export function listen(app: Express): Promise<Served> {
  return new Promise((resolve) => {
    const server = app.listen(0, '127.0.0.1', () =>
      resolve({
        origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        stop: () => {
          server.closeAllConnections();
          server.close();
        },
      }),
    );
  });
}
