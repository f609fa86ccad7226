import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { DRAWING_FILE, drawSchema } from '../../server/cli/schema/draw-schema.ts';
import { readSchema } from '../../server/cli/schema/read-schema.ts';

it('the drawing of the schema is up to date', async () => {
  const isUpToDate = (await readFile(DRAWING_FILE, 'utf8')) === drawSchema(await readSchema());
  expect(isUpToDate, 'prisma/schema.svg is not what schema.prisma says; run `npm run schema:draw`').toBe(true);
});

it('every table belongs to a feature', async () => {
  const homeless = (await readSchema()).filter((table) => table.feature === 'other').map((table) => table.name);
  expect(homeless, 'put a line `// ── feature ──` above these models in schema.prisma').toEqual([]);
});
