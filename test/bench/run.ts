import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const folder = import.meta.dirname;
const [name = '', ...options] = process.argv.slice(2);

/** `npm run bench -- NAME [--json]`: runs test/bench/NAME.bench.ts and prints what it measured. */
async function main(): Promise<void> {
  const file = join(folder, `${name}.bench.ts`);
  if (!/^[\w-]+$/.test(name) || !existsSync(file)) {
    const names = (await readdir(folder))
      .filter((entry) => entry.endsWith('.bench.ts'))
      .map((entry) => entry.slice(0, -9));
    console.error(`Which benchmark? npm run bench -- ${names.join(' | ')}`);
    process.exit(2);
  }
  const { bench } = (await import(file)) as { bench: () => Promise<Record<string, Record<string, string | number>>> };
  const figures = await bench();
  if (options.includes('--json')) console.log(JSON.stringify(figures));
  else console.table(figures);
  process.exit(0);
}

await main();
