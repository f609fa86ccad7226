import { ConfigFaults, readConfig } from '../config.ts';
import { reconcile } from './reconcile/run-checks.ts';

/** `npm run reconcile`: prints every difference on a line, then how many; exits 1 on any. */
async function main(): Promise<void> {
  const { databaseUrl } = readConfig();
  const differences = await reconcile(databaseUrl, ({ what, expected, found }) =>
    console.log(`${what}: expected ${expected}, found ${found}`),
  );
  console.log(differences === 1 ? '1 difference' : `${differences} differences`);
  if (differences > 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
  const isExpected = error instanceof ConfigFaults || (error instanceof Error && 'sqlMessage' in error);
  console.error(isExpected ? `Cannot reconcile. ${error.message}` : error);
  process.exitCode = 1;
});
