import { newWorld } from '/work/main/server/cli/demo/world.ts';
import { makeDemonstration } from '/work/main/server/cli/demo/make-demonstration.ts';
const now = new Date(process.argv[2] ?? Date.now());
console.time('make');
const w = newWorld(now);
makeDemonstration(w, new Map());
console.timeEnd('make');
for (const t of w.rows.tables()) console.log(t, w.rows.of(t).length);
