/** What `load` gave for a key, kept for a while. */
export interface Remembered<K extends object, T> {
  (key: K): Promise<T>;
  /** Makes the next call load again. */
  forget: (key: K) => void;
}

/**
 * Keeps what `load` gives for so many milliseconds, per key object and process. Callers that arrive together share one load, and a
 * failed one is not kept.
 */
export function remember<K extends object, T>(milliseconds: number, load: (key: K) => Promise<T>): Remembered<K, T> {
  const kept = new WeakMap<K, { value: Promise<T>; until: number }>();
  const recall = (key: K): Promise<T> => {
    const known = kept.get(key);
    if (known && known.until > Date.now()) return known.value;
    const value = load(key);
    kept.set(key, { value, until: Date.now() + milliseconds });
    value.catch(() => kept.delete(key));
    return value;
  };
  return Object.assign(recall, { forget: (key: K) => void kept.delete(key) });
}
