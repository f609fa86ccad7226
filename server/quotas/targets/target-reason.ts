import { BadInput } from '../../shared/errors.ts';

const MOST_LETTERS = 500;

/** The reason that a form gives. Throws BadInput at its field when there is none, or it is too long. */
export function reasonIn(body: Record<string, unknown> | undefined, field = 'reason'): string {
  const typed = body?.[field];
  const reason = typeof typed === 'string' ? typed.trim() : '';
  if (reason === '') throw new BadInput([{ path: field, code: 'reasonNeeded' }]);
  if (reason.length > MOST_LETTERS)
    throw new BadInput([{ path: field, code: 'tooLong', values: { maximum: MOST_LETTERS } }]);
  return reason;
}
