import { type Fault, Refusal, SignInNeeded } from '../shared/errors.ts';
import type { Translate } from './i18n.ts';

/** A form as `partials/field` and `partials/error-summary` want it: what was typed, and what is wrong with it. */
export interface FormView {
  values: Record<string, unknown>;
  errors?: Record<string, string>;
  messages?: string[];
  /** what the summary calls a field whose error does not say which it is */
  labels?: Record<string, string>;
}

/**
 * A form in the reader's language. The first fault of each of `fields` stands by its field; every other fault, and that of a field
 * that the form does not show, is a sentence in the summary.
 */
export function formView(
  t: Translate,
  fields: readonly string[],
  values: Record<string, unknown> = {},
  faults: readonly Fault[] = [],
): FormView {
  if (faults.length === 0) return { values };
  const errors: Record<string, string> = {};
  const messages: string[] = [];
  for (const fault of faults) {
    const text = t(`faults:${fault.code}`, fault.values);
    if (!fields.includes(fault.path)) messages.push(text);
    else errors[fault.path] ??= text;
  }
  return {
    values,
    ...(Object.keys(errors).length > 0 ? { errors } : {}),
    ...(messages.length > 0 ? { messages } : {}),
  };
}

/**
 * What a form that was refused shows when it is shown again: 422 with its faults, or with the sentence of the refusal where no field
 * is at fault; 409 and 429 keep their status. What is no matter of the form (403, 404, nobody signed in, a bug) is thrown on.
 */
export function refusedForm(error: unknown): { status: number; faults: Fault[] } {
  if (!(error instanceof Refusal) || error instanceof SignInNeeded) throw error;
  if (error.status === 403 || error.status === 404) throw error;
  const faults = error.faults.length > 0 ? error.faults : [{ path: '', code: error.code, values: error.values }];
  return { status: [409, 429].includes(error.status) ? error.status : 422, faults };
}
