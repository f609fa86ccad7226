import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSchema, readSchema } from '../../server/cli/schema/read-schema.ts';
import { writeSql } from '../../server/cli/schema/write-sql.ts';
import { emptyDatabase, testDatabase } from '../setup/database.ts';
import { databaseFacts } from './database-facts.ts';
import { differences, type Facts, schemaFacts } from './schema-facts.ts';

it('the migrations make what schema.prisma says', async () => {
  const connection = await createConnection({ uri: await testDatabase() });
  const found = differences(schemaFacts(await readSchema()), await factsOf(connection));
  await connection.end();
  expect(found, 'write a migration, or correct schema.prisma').toEqual([]);
});

describe('a drift', () => {
  const schema = `
    datasource db {
      provider = "mysql"
    }
    enum Kind {
      own
      shared
    }
    model Unit {
      id        Int      @id @default(autoincrement())
      /// bin
      code      String   @unique @db.VarChar(64)
      kind      Kind     @default(own)
      parentId  Int?
      isMadeUp  Boolean  @default(false)
      limitFen  BigInt   @default(0)
      note      String   @default("it's 好") @db.VarChar(64)
      aliases   Json     @default("[]")
      story     String   @db.Text
      heldOn    DateTime? @db.Date
      createdAt DateTime @default(now()) @db.DateTime(3)
      parent    Unit?    @relation("Tree", fields: [parentId], references: [id])
      children  Unit[]   @relation("Tree")
      members   Member[]
      @@index([kind, createdAt(sort: Desc)])
      @@index([story(length: 20)])
      @@map("unit")
    }
    model Member {
      unitId Int
      since  DateTime @db.Date
      unit   Unit     @relation(fields: [unitId], references: [id], onDelete: Cascade)
      @@id([unitId, since])
      @@map("member")
    }`;
  let database: Awaited<ReturnType<typeof emptyDatabase>>;
  let connection: Connection;
  let wanted: Facts;

  beforeAll(async () => {
    database = await emptyDatabase('drift');
    connection = await createConnection({ uri: database.url, multipleStatements: true });
    const tables = await parseSchema(schema);
    wanted = schemaFacts(tables);
    await connection.query(writeSql(tables));
  });

  afterAll(async () => {
    await connection.end();
    await database.drop();
  });

  const drift = async () => differences(wanted, await factsOf(connection));

  it('is none in what `npm run schema:sql` prints', async () => {
    expect(await drift()).toEqual([]);
  });

  it.each([
    ['a type', 'ALTER TABLE unit MODIFY limitFen INT NOT NULL DEFAULT 0', 'unit: column limitFen is BIGINT'],
    ['a column that may be empty', 'ALTER TABLE unit MODIFY story TEXT NULL', 'unit: column story is TEXT'],
    ['a default', "ALTER TABLE unit ALTER note SET DEFAULT ''", 'unit: column note is'],
    ['a collation', 'ALTER TABLE unit MODIFY code VARCHAR(64) NOT NULL', 'unit: column code is'],
    ['a choice', "ALTER TABLE unit MODIFY kind ENUM('own') NOT NULL DEFAULT 'own'", 'unit: column kind is'],
    [
      'plain text in the place of JSON',
      "ALTER TABLE unit MODIFY aliases LONGTEXT NOT NULL DEFAULT ('[]')",
      'unit: column aliases is JSON',
    ],
    ['a column too many', 'ALTER TABLE unit ADD extra INT NULL', 'unit: column extra is in the database'],
    ['a column too few', 'ALTER TABLE unit DROP heldOn', 'unit: column heldOn is in schema.prisma'],
    [
      'an index too few',
      'ALTER TABLE unit DROP INDEX unit_story_idx',
      'unit: index unit_story_idx is in schema.prisma',
    ],
    [
      'an index of fewer letters',
      'ALTER TABLE unit ADD INDEX short (story(5))',
      'unit: index short is in the database',
    ],
    [
      'a key that is not unique',
      'ALTER TABLE unit DROP INDEX unit_code_key, ADD INDEX unit_code_key (code)',
      'unit: index unit_code_key is UNIQUE',
    ],
    ['a primary key', 'ALTER TABLE member DROP PRIMARY KEY, ADD PRIMARY KEY (unitId)', 'member: primary key is'],
    [
      'a foreign key too few',
      'ALTER TABLE unit DROP FOREIGN KEY unit_parentId_fkey',
      'unit: foreign key unit_parentId_fkey is in',
    ],
    [
      'a rule of a foreign key',
      'ALTER TABLE member DROP FOREIGN KEY member_unitId_fkey; ALTER TABLE member ADD CONSTRAINT member_unitId_fkey FOREIGN KEY (unitId) REFERENCES unit (id) ON UPDATE CASCADE',
      'member: foreign key member_unitId_fkey is (unitId) → unit (id) ON DELETE CASCADE',
    ],
    ['a table too many', 'CREATE TABLE extra (id INT PRIMARY KEY)', 'extra: the table is in the database'],
  ])('is told: %s', async (_case, sql, told) => {
    const before = await drift();
    await connection.query(sql);
    const found = (await drift()).filter((line) => !before.includes(line));
    expect(found).toEqual([expect.stringContaining(told)]);
  });
});

function factsOf(connection: Connection): Promise<Facts> {
  return databaseFacts(async <Row>(sql: string) => (await connection.query<(RowDataPacket & Row)[]>(sql))[0]);
}
