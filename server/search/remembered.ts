/** The value under the key, made if it is missing; the oldest is forgotten when there are too many. */
export function remembered<T>(kept: Map<string, T>, key: string, most: number, make: () => T): T {
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = make();
  if (kept.size >= most) kept.delete(kept.keys().next().value ?? '');
  kept.set(key, made);
  return made;
}
