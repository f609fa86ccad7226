// `npm test`: everything that proves the market, on a throw-away database. The story is told in bootstrap/test-market.mjs.
import './bootstrap/require-node.mjs';

import('./bootstrap/test-market.mjs').then((module) => module.testMarket());
