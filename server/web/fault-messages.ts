import type { Fault, Refusal } from '../shared/errors.ts';
import type { Translate } from './i18n.ts';

export interface FaultMessage {
  path: string;
  code: string;
  message: string;
  values?: Record<string, string | number>;
}

/** Faults in the reader's language, for pages and problem+json alike. */
export function faultMessages(t: Translate, faults: readonly Fault[]): FaultMessage[] {
  return faults.map((fault) => ({ ...fault, message: t(`faults:${fault.code}`, fault.values) }));
}

/** What a refusal says as a whole. */
export function refusalMessage(t: Translate, refusal: Refusal): string {
  return t(`faults:${refusal.code}`, refusal.values);
}
