import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from '@/app/app'
import { NoWindow } from '@/app/error-page'
import type { Backend } from '@/backend'
import { hasWails, wailsBackend } from '@/backend/wails'
import '@/text'
import '@/styles/index.css'

/** Go when there is a window; in a plain browser the fake, and only while developing. */
async function findBackend(): Promise<Backend | null> {
  if (hasWails()) return wailsBackend
  if (!import.meta.env.DEV) return null
  const { devFake } = await import('@/backend/dev-fake')
  return devFake()
}

const root = document.getElementById('root')
if (root) {
  void findBackend().then((backend) => {
    createRoot(root).render(<StrictMode>{backend ? <App backend={backend} /> : <NoWindow />}</StrictMode>)
  })
}
