import type { Connection } from 'mysql2/promise';
import type { Base } from './base-market.ts';
import { CHUNK } from './helper-tables.ts';

// An argon2id hash of nothing that is known: nobody signs in with it.
const NO_PASSWORD = `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** The members, named by their numbers, and who of them works where. */
export async function addMembers(connection: Connection, { firstMember, members }: Base): Promise<void> {
  for (let at = 0; at < members; at += CHUNK) {
    const many = Math.min(CHUNK, members - at);
    await connection.query(
      `INSERT INTO user (id, login, passwordHash, name, isDemo, createdAt)
       SELECT ? + n, CONCAT('member-', ? + n), ?, CONCAT('M ', ? + n), TRUE, '2022-01-01' FROM seed_number WHERE n < ?`,
      [firstMember + at, firstMember + at, NO_PASSWORD, firstMember + at, many],
    );
  }
  await connection.query(
    `INSERT INTO role_grant (userId, role, unitId, since, createdAt)
     SELECT u.id, 'employee', s.unitId, '2022-01-01', '2022-01-01'
     FROM seed_slot s JOIN user u ON u.id >= s.firstMember AND u.id < s.firstMember + s.members WHERE s.unitId IS NOT NULL`,
  );
}
