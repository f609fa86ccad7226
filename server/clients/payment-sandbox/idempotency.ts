import { createHash } from 'node:crypto';
import type { OutgoingEvent } from './context.ts';
import { SandboxApiError } from './errors.ts';
import type { SandboxStore, SandboxTransaction } from './store.ts';

export interface Answer {
  status: number;
  body: object;
}

interface Worked {
  body: object;
  events: OutgoingEvent[];
}

interface IdempotencyRow {
  fingerprint: string;
  answer?: Answer;
}

/**
 * Runs `work` once per key, in the transaction that also stores its answer, so that a process killed between leaves neither.
 * A second caller with the key waits for the first and gets the same answer; with other parameters, Stripe's idempotency error.
 * `work` refuses by throwing a SandboxApiError before it writes anything.
 */
export async function answerOnce(
  store: SandboxStore,
  key: string | null,
  fingerprint: string,
  work: (tx: SandboxTransaction) => Promise<Worked>,
): Promise<{ answer: Answer; events: OutgoingEvent[]; replayed: boolean }> {
  if (key === null) {
    const done = await store.transaction((tx) => refusalOr(tx, work));
    return { ...done, replayed: false };
  }

  const id = `idem_${createHash('sha256').update(key).digest('hex').slice(0, 56)}`;
  const done = await store.transaction(async (tx) => {
    const first = await tx.insert('idempotency', id, { fingerprint } satisfies IdempotencyRow);
    if (!first) return undefined;
    const worked = await refusalOr(tx, work);
    await tx.save(id, { fingerprint, answer: worked.answer } satisfies IdempotencyRow);
    return worked;
  });
  if (done) return { ...done, replayed: false };

  const earlier = await store.find<IdempotencyRow>(id);
  if (!earlier?.answer) return answerOnce(store, key, fingerprint, work);
  if (earlier.fingerprint !== fingerprint) {
    throw new SandboxApiError(
      `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
      { status: 400, type: 'idempotency_error' },
    );
  }
  return { answer: earlier.answer, events: [], replayed: true };
}

async function refusalOr(tx: SandboxTransaction, work: (tx: SandboxTransaction) => Promise<Worked>) {
  try {
    const { body, events } = await work(tx);
    return { answer: { status: 200, body }, events };
  } catch (error) {
    // Only our own refusals: whatever the database says must reach the transaction.
    if (!(error instanceof SandboxApiError)) throw error;
    return { answer: { status: error.details.status, body: error.body }, events: [] };
  }
}
