/**
 * How many statements a page costs once what the process remembers (trees, texts) is warm.
 * On a slow machine it may go cold in between and the last page's statements may be told late, so of three rounds the cheapest counts.
 */
export async function warmStatements(statements: string[], open: () => Promise<unknown>): Promise<number> {
  const counts: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    await open();
    statements.length = 0;
    await open();
    counts.push(statements.length);
  }
  return Math.min(...counts);
}
