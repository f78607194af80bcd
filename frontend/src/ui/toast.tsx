import { Toast } from '@base-ui/react/toast'
import { Undo2 } from 'lucide-react'
import { type ReactNode, useCallback } from 'react'

/** How long a toast stays, in milliseconds; tests on a busy machine give it more. */
export const toastStay = { ms: 10_000 }

/**
 * One toast at a time, ten seconds, resting under pointer and focus. What it says also stands in Activity. It never
 * covers the buttons of a dialog.
 */
export function ToastProvider({ children }: { children: ReactNode }) {
  return (
    <Toast.Provider timeout={toastStay.ms} limit={1}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className="fixed inset-x-0 bottom-7 z-40 [body:has([data-panel])_&]:top-3 [body:has([data-panel])_&]:bottom-auto mx-auto flex w-fit max-w-[calc(100%-2rem)] justify-center outline-none">
          <Toasts />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  )
}

function Toasts() {
  const { toasts } = Toast.useToastManager()
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className="rounded-[0.75rem] bg-ink text-card shadow-pop transition-[opacity,translate] duration-(--base) ease-out data-[limited]:hidden data-[ending-style]:opacity-0 data-[starting-style]:translate-y-2 data-[starting-style]:opacity-0 dark:bg-[#2f383c] dark:text-ink dark:shadow-[0_0_0_1px_var(--line-2),var(--shadow-pop)]"
    >
      <Toast.Content className="flex min-h-11 items-center gap-3 py-1.75 pr-2 pl-3.5 font-medium text-ui">
        <Toast.Title render={<span className="min-w-0 font-medium text-ui" />} />
        <Toast.Action className="inline-flex h-7.5 shrink-0 items-center gap-1.5 rounded-[8px] bg-[rgb(255_255_255/0.13)] px-2.75 font-semibold hover:bg-[rgb(255_255_255/0.22)]" />
      </Toast.Content>
    </Toast.Root>
  ))
}

export type Say = (text: string, action?: { label: string; undo?: boolean; act: () => void }) => void

/** Says something that has happened, with one thing to do about it. */
export function useToast(): Say {
  const { add, close } = Toast.useToastManager()
  return useCallback(
    (text, action) => {
      const id = add({
        title: text,
        actionProps: action && {
          children: (
            <>
              {action.undo && <Undo2 aria-hidden className="size-3.5" />}
              {action.label}
            </>
          ),
          onClick: () => {
            close(id)
            action.act()
          },
        },
      })
    },
    [add, close],
  )
}
