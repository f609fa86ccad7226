import type { z } from 'zod';
import { BadInput, type Fault } from '../../shared/errors.ts';
import { faultsOf } from '../../web/forms.ts';

/** Reads one form by several schemas. Throws BadInput with the faults of all. */
export function readTogether<T extends Record<string, z.ZodType>>(
  schemas: T,
  body: unknown,
): { [K in keyof T]: z.output<T[K]> } {
  const faults: Fault[] = [];
  const read = Object.entries(schemas).map(([name, schema]) => {
    const result = schema.safeParse(body ?? {}, { reportInput: true });
    if (!result.success) faults.push(...faultsOf(result.error));
    return [name, result.data];
  });
  if (faults.length > 0) throw new BadInput(faults);
  return Object.fromEntries(read);
}
