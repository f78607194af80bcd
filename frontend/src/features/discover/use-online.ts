import { useSyncExternalStore } from 'react'

function watch(f: () => void): () => void {
  window.addEventListener('online', f)
  window.addEventListener('offline', f)
  return () => {
    window.removeEventListener('online', f)
    window.removeEventListener('offline', f)
  }
}

/** Whether this computer has a network at all; that a source answers is another question. */
export function useOnline(): boolean {
  return useSyncExternalStore(watch, () => navigator.onLine)
}
