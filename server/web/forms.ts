import type { Request } from 'express';
import type { z } from 'zod';
import { BadInput, type Fault, NotFound } from '../shared/errors.ts';

/** zod's issues as faults by field; a message of the schema that is one word is the fault's code. */
export function faultsOf(error: z.ZodError): Fault[] {
  return error.issues.flatMap((issue): Fault[] => {
    const path = issue.path.map(String).join('.');
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({ path: [path, key].filter(Boolean).join('.'), code: 'unknownField' }));
    if (/^[a-z][A-Za-z]+$/.test(issue.message)) return [{ path, code: issue.message }];
    if (issue.code === 'too_small')
      return [
        { path, code: issue.origin === 'string' ? 'required' : 'tooSmall', values: { minimum: Number(issue.minimum) } },
      ];
    if (issue.code === 'too_big')
      return [
        { path, code: issue.origin === 'string' ? 'tooLong' : 'tooBig', values: { maximum: Number(issue.maximum) } },
      ];
    if (issue.code === 'invalid_value') return [{ path, code: 'notAChoice' }];
    return [{ path, code: issue.code === 'invalid_type' && issue.input === undefined ? 'required' : 'malformed' }];
  });
}

/** Reads input by its schema. Throws BadInput with every fault by its field. */
export function read<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const result = schema.safeParse(input ?? {}, { reportInput: true });
  if (!result.success) throw new BadInput(faultsOf(result.error));
  return result.data;
}

/** Keeps what was typed and what was wrong with it for the page that the person is sent back to. */
export function keepRefused(req: Request, form: string, values: Record<string, unknown>, faults: Fault[]): void {
  const { _csrf, password, ...kept } = values;
  req.session.refused = { form, values: kept, faults };
}

/** What `keepRefused` kept for this form, once. */
export function takeRefused(req: Request, form: string): { values: Record<string, unknown>; faults: Fault[] } | null {
  const { refused } = req.session;
  if (refused?.form !== form) return null;
  delete req.session.refused;
  return refused;
}

/** An id in a page's path; what is no id is a page that does not exist. */
export function idIn(text: unknown): number {
  if (typeof text !== 'string' || !/^[1-9]\d{0,9}$/.test(text) || Number(text) > 2_147_483_647) throw new NotFound();
  return Number(text);
}
