import { writeFile } from 'node:fs/promises';
import { DRAWING_FILE, drawSchema } from './draw-schema.ts';
import { readSchema } from './read-schema.ts';

// npm run schema:draw: writes prisma/schema.svg anew from schema.prisma
await writeFile(DRAWING_FILE, drawSchema(await readSchema()));
