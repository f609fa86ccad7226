import { pause } from './lifetime.mjs';
import { claim } from './lock.mjs';
import { ensurePackages } from './packages.mjs';
import { ensurePrismaClient } from './prisma-client.mjs';
import { say } from './say.mjs';
import { root } from './settings.mjs';

/**
 * Brings the checkout itself up to date: packages, Prisma's client, the build. One process at a time, since two markets with
 * data of their own may start from one checkout.
 * @param {{ dev: boolean, signal: AbortSignal, quiet?: boolean }} options `quiet`: says only what it changes
 */
export async function prepareCheckout({ dev, signal, quiet = false }) {
  const turn = await waitForTurn(signal);
  try {
    await ensurePackages({ dev, signal, quiet });
    await ensurePrismaClient({ signal, quiet });
    const { build } = await import('../build.mjs');
    await build({ quiet });
  } finally {
    await turn.release();
  }
}

/** @param {AbortSignal} signal */
async function waitForTurn(signal) {
  for (let told = false; ; told = true) {
    const turn = await claim(`checkout ${root}`);
    if (turn.held) return turn;
    if (!told) say('Checkout', `another command is preparing it (process ${turn.holder.pid ?? 'unknown'}): waiting`);
    await pause(300, signal);
  }
}
