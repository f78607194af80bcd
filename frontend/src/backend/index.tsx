import { createContext, type ReactNode, use } from 'react'
import type { Backend } from './types'

const BackendContext = createContext<Backend | null>(null)

export function BackendProvider({ backend, children }: { backend: Backend; children: ReactNode }) {
  return <BackendContext value={backend}>{children}</BackendContext>
}

/** The Go side. Screens use the hooks of queries.ts; this is for single calls such as openLink. */
export function useBackend(): Backend {
  const backend = use(BackendContext)
  if (!backend) throw new Error('BackendProvider is missing')
  return backend
}

export type * from './types'
export { copyText } from './wails'
export { toWords } from './words'
