import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { Problem } from './say.mjs';

/**
 * Null when a server may listen there, else the system's code for why not.
 * @param {number} port
 * @param {string} host
 * @returns {Promise<string | null>}
 */
export function faultOfPort(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(/** @type {NodeJS.ErrnoException} */ (error).code ?? 'unknown'));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

/**
 * A port on loopback for a server of our own: the preferred one when it is free. Chosen below the range that the system hands
 * out to clients, so that it is likely still free at the next start.
 * @param {number | null} preferred
 * @returns {Promise<number>}
 */
export async function findFreePort(preferred) {
  const candidates = [
    ...(preferred ? [preferred] : []),
    ...Array.from({ length: 40 }, () => randomInt(13_000, 30_000)),
  ];
  for (const port of candidates) if ((await faultOfPort(port, '127.0.0.1')) === null) return port;
  throw new Problem('No free port was found between 13000 and 30000 on 127.0.0.1.', [
    'End some of the servers on this machine.',
  ]);
}

/**
 * Refuses when the market's own port cannot be had.
 * @param {{ port: number, host: string }} settings
 */
export async function requirePort({ port, host }) {
  const fault = await faultOfPort(port, host);
  if (fault === null) return;
  if (fault === 'EADDRINUSE') {
    const other = await nextFreePort(port, host);
    throw new Problem(`Port ${port} is in use by another program.`, [
      'End that program, or start the market on another port:',
      `PORT=${other} npm start`,
      'For a second market beside a running one, give it its own data too:',
      `PORT=${other} DATA_DIR=.data-${other} npm start`,
    ]);
  }
  if (fault === 'EACCES')
    throw new Problem(`This user may not listen on port ${port}.`, ['Choose one from 1024 up:', 'PORT=3000 npm start']);
  throw new Problem(`The market cannot listen on ${host}, port ${port} (${fault}).`, [
    'HOST must be an address of this machine: 127.0.0.1 for this machine only, 0.0.0.0 for all of its addresses.',
  ]);
}

/**
 * @param {number} port
 * @param {string} host
 */
async function nextFreePort(port, host) {
  for (let next = port + 1; next < Math.min(port + 50, 65536); next++)
    if ((await faultOfPort(next, host)) === null) return next;
  return findFreePort(null);
}
