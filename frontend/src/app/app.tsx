import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type RouterHistory, RouterProvider } from '@tanstack/react-router'
import { useState } from 'react'
import { type Backend, BackendProvider } from '@/backend'
import { queryDefaults } from '@/backend/queries'
import { ClosingProvider } from '@/features/closing/closing'
import { ToastProvider } from '@/ui/toast'
import { ErrorBoundary } from './error-page'
import { makeRouter } from './router'

/** The whole window over one backend. Tests give a fake one and a history of their own. */
export function App({ backend, history }: { backend: Backend; history?: RouterHistory }) {
  const [client] = useState(() => new QueryClient({ defaultOptions: queryDefaults }))
  const [router] = useState(() => makeRouter(history))
  return (
    <ErrorBoundary>
      <BackendProvider backend={backend}>
        <QueryClientProvider client={client}>
          <ToastProvider>
            <ClosingProvider>
              <RouterProvider router={router} />
            </ClosingProvider>
          </ToastProvider>
        </QueryClientProvider>
      </BackendProvider>
    </ErrorBoundary>
  )
}
