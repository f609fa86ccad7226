/** What `load` gave for a key, kept for a while. */
export interface Remembered<K extends object, T, A extends unknown[] = []> {
  (key: K, ...others: A): Promise<T>;
  /** Makes the next call load again. */
  forget: (key: K) => void;
}

/**
 * Keeps what `load` gives for so many milliseconds, per key object and process. Callers that arrive together share one load, and a
 * failed one is not kept. What else `load` is given has no part in the key: whoever asks later gets what the first asked for.
 */
export function remember<K extends object, T, A extends unknown[] = []>(
  milliseconds: number,
  load: (key: K, ...others: A) => Promise<T>,
): Remembered<K, T, A> {
  const kept = new WeakMap<K, { value: Promise<T>; until: number }>();
  const recall = (key: K, ...others: A): Promise<T> => {
    const known = kept.get(key);
    if (known && known.until > Date.now()) return known.value;
    const value = load(key, ...others);
    kept.set(key, { value, until: Date.now() + milliseconds });
    value.catch(() => kept.delete(key));
    return value;
  };
  return Object.assign(recall, { forget: (key: K) => void kept.delete(key) });
}
