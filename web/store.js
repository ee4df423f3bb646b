/**
 * State that pages share: who is here, in which language, what is announced. A store is a value with listeners.
 */
import { useEffect, useState } from "./ui.js";

/**
 * @template T
 * @typedef {object} Store
 * @property {() => T} get
 * @property {(value: T) => void} set
 * @property {(listener: (value: T) => void) => () => void} listen returns the function that ends it
 */

/**
 * @template T
 * @param {T} first
 * @returns {Store<T>}
 */
export function storeOf(first) {
  let value = first;
  /** @type {Set<(value: T) => void>} */
  const listeners = new Set();
  return {
    get: () => value,
    set(next) {
      value = next;
      for (const listener of listeners) listener(value);
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/**
 * The value of a store; the component is drawn again when it changes.
 * @template T
 * @param {Store<T>} store
 * @returns {T}
 */
export function useStore(store) {
  const [value, change] = useState(store.get());
  useEffect(() => {
    change(store.get());
    return store.listen(change);
  }, [store]);
  return value;
}

/**
 * A value in the browser's storage. Without a storage (a private window may have none) it lasts as long as the page.
 * @param {string} key
 */
export function kept(key) {
  return {
    get() {
      try {
        return localStorage.getItem(key);
      } catch {
        return null;
      }
    },
    /** @param {string | null} value */
    set(value) {
      try {
        if (value === null) localStorage.removeItem(key);
        else localStorage.setItem(key, value);
      } catch {
        // Nothing depends on it.
      }
    },
  };
}
