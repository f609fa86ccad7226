import { createHash } from 'node:crypto';

export interface Sealed {
  number: string | null;
  title: string;
  issuer: string;
  recipients: string;
  text: string;
  cases: string | null;
  figures: unknown;
  remarks: unknown;
}

/** The hash of everything that a published bulletin says. Keys are sorted, because MySQL orders those of JSON its own way. */
export function sealOf({ number, title, issuer, recipients, text, cases, figures, remarks }: Sealed): string {
  const content = { number, title, issuer, recipients, text, cases, figures: read(figures), remarks: read(remarks) };
  return createHash('sha256')
    .update(JSON.stringify(sorted(content)))
    .digest('hex');
}

function read(json: unknown): unknown {
  return typeof json === 'string' ? JSON.parse(json) : (json ?? null);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
