import type { Db, PrismaClient } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';

export type Queue = 'send' | 'refund' | 'expire';

export interface NewRow {
  type: string;
  id: string;
  data: unknown;
}

/** Inside one transaction: everything commits together or not at all. */
export interface SandboxTransaction {
  /** Reads and locks until commit. */
  lock<T>(id: string): Promise<T | undefined>;
  /** False when the id is taken; waits for another transaction that is inserting the same one. */
  insert(type: string, id: string, data: unknown): Promise<boolean>;
  /** Rows under ids that are new for certain, in one statement. */
  insertAll(rows: NewRow[]): Promise<void>;
  save(id: string, data: unknown): Promise<void>;
  remove(id: string): Promise<void>;
}

/** The sandbox's memory, shared by every process of the market and surviving them. */
export interface SandboxStore {
  find<T>(id: string): Promise<T | undefined>;
  insert(type: string, id: string, data: unknown): Promise<boolean>;
  remove(id: string): Promise<void>;
  transaction<T>(work: (tx: SandboxTransaction) => Promise<T>): Promise<T>;
  /** Ids due in a queue, earliest first. */
  due(queue: Queue, untilMs: number): Promise<string[]>;
  /** Renames a row in one statement; false when another process was first. This is how queue entries are claimed. */
  move(fromId: string, toId: string): Promise<boolean>;
}

/** A queue entry's id begins with its due time, so that the primary key alone answers “what is due”. */
export function queueId(queue: Queue, dueMs: number, key: string): string {
  return `${queue}_${paddedMs(dueMs)}_${key}`;
}

/** The same entry at another time. */
export function requeuedId(id: string, dueMs: number): string {
  const [queue, , ...key] = id.split('_');
  return `${queue}_${paddedMs(dueMs)}_${key.join('_')}`;
}

function paddedMs(ms: number): string {
  return String(Math.max(0, Math.floor(ms))).padStart(13, '0');
}

export function databaseStore(db: PrismaClient): SandboxStore {
  return {
    find: (id) => find(db, id),
    insert: (type, id, data) => insert(db, type, id, data),
    remove: (id) => remove(db, id),
    transaction: (work) => inTransaction(db, (tx) => work(transactionOn(tx))),
    async due(queue, untilMs) {
      const [from, to] = [`${queue}_0`, `${queue}_${paddedMs(untilMs + 1)}`];
      const rows = await db.$queryRaw<{ id: string }[]>`
        SELECT id FROM sandbox_object WHERE id >= ${from} AND id < ${to} ORDER BY id LIMIT 20`;
      return rows.map((row) => row.id);
    },
    async move(fromId, toId) {
      const moved = await db.$executeRaw`
        UPDATE sandbox_object SET id = ${toId}, updatedAt = UTC_TIMESTAMP(3) WHERE id = ${fromId}`;
      return moved === 1;
    },
  };
}

function transactionOn(sql: Db): SandboxTransaction {
  return {
    async lock<T>(id: string) {
      const rows = await sql.$queryRaw<{ data: unknown }[]>`
        SELECT data FROM sandbox_object WHERE id = ${id} FOR UPDATE`;
      return parsed<T>(rows);
    },
    insert: (type, id, data) => insert(sql, type, id, data),
    async insertAll(rows) {
      if (rows.length === 0) return;
      const values = rows.map(
        ({ type, id, data }) =>
          Prisma.sql`(${id}, ${type}, ${JSON.stringify(data)}, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`,
      );
      await sql.$executeRaw`
        INSERT INTO sandbox_object (id, type, data, createdAt, updatedAt) VALUES ${Prisma.join(values)}`;
    },
    async save(id, data) {
      await sql.$executeRaw`
        UPDATE sandbox_object SET data = ${JSON.stringify(data)}, updatedAt = UTC_TIMESTAMP(3) WHERE id = ${id}`;
    },
    remove: (id) => remove(sql, id),
  };
}

async function find<T>(sql: Db, id: string): Promise<T | undefined> {
  const rows = await sql.$queryRaw<{ data: unknown }[]>`SELECT data FROM sandbox_object WHERE id = ${id}`;
  return parsed<T>(rows);
}

async function insert(sql: Db, type: string, id: string, data: unknown): Promise<boolean> {
  const inserted = await sql.$executeRaw`
    INSERT IGNORE INTO sandbox_object (id, type, data, createdAt, updatedAt)
    VALUES (${id}, ${type}, ${JSON.stringify(data)}, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`;
  return inserted === 1;
}

async function remove(sql: Db, id: string): Promise<void> {
  await sql.$executeRaw`DELETE FROM sandbox_object WHERE id = ${id}`;
}

// MySQL's JSON type comes back parsed, MariaDB's (a LONGTEXT) as text.
function parsed<T>(rows: { data: unknown }[]): T | undefined {
  const data = rows[0]?.data;
  return (typeof data === 'string' ? JSON.parse(data) : data) as T | undefined;
}
