import { setTimeout as sleep } from 'node:timers/promises';
import type { Request } from 'express';
import type { PrismaClient } from '../db/client.ts';
import { isDuplicate } from '../db/faults.ts';
import { Refusal, RuleRefusal } from '../shared/errors.ts';
import { actorOf } from './who-acts.ts';

interface Answer {
  status: number;
  body: unknown;
}

const WAIT_MS = 50;
const WAITS = 200;
/** a caller that died leaves its key without an answer; after this long the next may take it over */
const ABANDONED_MS = 60_000;

/**
 * `Idempotency-Key`: the first call with a key does the work and keeps its answer, a repeated one gets that answer, one at the same
 * time waits for it. Another body under the same key is refused with 422. A call that fails leaves the key free.
 */
export function createRunOnce(db: PrismaClient) {
  return async (req: Request, requestHash: string, work: () => Promise<Answer>): Promise<Answer> => {
    const key = req.get('Idempotency-Key');
    if (!key) return work();
    if (key.length > 191) throw new RuleRefusal('keyTooLong');
    const userId = actorOf(req).id;
    for (let waited = 0; waited < WAITS; waited += 1) {
      const claimed = await claim(db, userId, key, requestHash);
      if (claimed) return perform(db, userId, key, work);
      const earlier = await db.idempotencyKey.findUnique({ where: { userId_key: { userId, key } } });
      if (!earlier) continue;
      if (earlier.requestHash !== requestHash) throw new RuleRefusal('keyReused');
      if (earlier.responseStatus !== null) return { status: earlier.responseStatus, body: earlier.responseBody };
      await db.idempotencyKey.deleteMany({
        where: { id: earlier.id, responseStatus: null, createdAt: { lt: new Date(Date.now() - ABANDONED_MS) } },
      });
      await sleep(WAIT_MS);
    }
    throw new Refusal(409, 'keyInUse');
  };
}

async function claim(db: PrismaClient, userId: number, key: string, requestHash: string): Promise<boolean> {
  try {
    await db.idempotencyKey.create({ data: { userId, key, requestHash } });
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

async function perform(db: PrismaClient, userId: number, key: string, work: () => Promise<Answer>): Promise<Answer> {
  try {
    const answer = await work();
    await db.idempotencyKey.update({
      where: { userId_key: { userId, key } },
      data: { responseStatus: answer.status, responseBody: JSON.parse(JSON.stringify(answer.body ?? null)) },
    });
    return answer;
  } catch (error) {
    await db.idempotencyKey.deleteMany({ where: { userId, key, responseStatus: null } });
    throw error;
  }
}
