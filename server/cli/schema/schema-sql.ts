import { readSchema } from './read-schema.ts';
import { writeSql } from './write-sql.ts';

// npm run schema:sql [file]: prints the SQL that creates the schema; later changes are migrations written by hand
process.stdout.write(writeSql(await readSchema(process.argv[2])));
