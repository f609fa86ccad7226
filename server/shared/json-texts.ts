/** The texts of a JSON column that holds a list of them; none of a column that holds nothing. */
export function textsOf(json: unknown): string[] {
  const list: unknown = typeof json === 'string' ? JSON.parse(json) : json;
  return Array.isArray(list) ? list.filter((text) => typeof text === 'string') : [];
}
