import { type Browser, chromium } from 'playwright-core';
import { describe } from 'vitest';

/** A `describe` whose tests are skipped where there is no Chromium; `npm test` says how to get one. */
export const describeInBrowser = describe.skipIf(!process.env.CHROMIUM_PATH);

/** A Chromium for a test file: open it in `beforeAll`, close it in `afterAll`. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_PATH,
    // Chromium's sandbox does not start for root.
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
