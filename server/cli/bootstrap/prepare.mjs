// `node server/cli/bootstrap/prepare.mjs`: packages, Prisma's client and the build, for what runs without a database.
import './require-node.mjs';

import('./lifetime.mjs').then(({ live }) =>
  live(async ({ signal }) => {
    const { prepareCheckout } = await import('./checkout.mjs');
    await prepareCheckout({ dev: true, signal });
    return 0;
  }),
);
