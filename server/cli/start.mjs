// `npm start`: from a bare checkout to a served market. The story is told in bootstrap/start-market.mjs.
import './bootstrap/require-node.mjs';

import('./bootstrap/start-market.mjs').then((module) => module.startMarket());
