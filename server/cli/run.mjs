// `npm run <command>`: runs one of server/cli/*.ts against the market's database. See bootstrap/run-command.mjs.
import './bootstrap/require-node.mjs';

import('./bootstrap/run-command.mjs').then((module) => module.runCommand());
