import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Claims a name for as long as this process lives. The claim is a listening socket in Linux's abstract namespace: the kernel
 * drops it with the process, so no killed start leaves a lock behind, and two at once cannot both get it.
 * @param {string} name
 * @param {() => object} [about] what the holder tells others who want it
 * @returns {Promise<{ held: true, release: () => Promise<void> } | { held: false, holder: Record<string, any> }>}
 */
export async function claim(name, about = () => ({})) {
  const address = socketAddress(name);
  for (let attempt = 1; ; attempt++) {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end(JSON.stringify({ pid: process.pid, ...about() }));
    });
    const error = await new Promise((/** @type {(error: NodeJS.ErrnoException | null) => void} */ resolve) => {
      server.once('error', resolve);
      server.listen(address, () => resolve(null));
    });
    if (!error) {
      server.unref();
      return { held: true, release: () => new Promise((resolve) => server.close(() => resolve())) };
    }
    if (error.code !== 'EADDRINUSE') throw error;
    const holder = await ask(address);
    if (holder) return { held: false, holder };
    // Its holder ended between the two calls, or, away from Linux, was killed and left the socket's file.
    if (attempt > 20) return { held: false, holder: {} };
    if (process.platform !== 'linux') rmSync(address, { force: true });
  }
}

/**
 * What the holder of a name tells about itself; null when nobody holds it.
 * @param {string} name
 */
export function askHolder(name) {
  return ask(socketAddress(name));
}

/**
 * @param {string} address
 * @returns {Promise<Record<string, any> | null>}
 */
function ask(address) {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(address);
    socket.setTimeout(3000, () => socket.destroy());
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => resolve(null));
    socket.on('close', () => {
      try {
        resolve(JSON.parse(text));
      } catch {
        resolve(null);
      }
    });
  });
}

/** @param {string} name */
function socketAddress(name) {
  const short = `market-${createHash('sha256').update(name).digest('hex').slice(0, 24)}`;
  return process.platform === 'linux' ? `\0${short}` : join(tmpdir(), `${short}.lock`);
}
