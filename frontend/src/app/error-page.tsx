import { RefreshCw } from 'lucide-react'
import { Component, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/ui/button'
import { Details, Log } from '@/ui/details'
import { Mark } from '@/ui/mark'

/** Shown when the window itself cannot go on. */
export function ErrorPage({ title, text, detail }: { title: string; text: string; detail?: string }) {
  const { t } = useTranslation()
  return (
    <main className="grid h-full place-items-center overflow-y-auto p-8">
      <div className="max-w-120">
        <Mark size={40} />
        <h1 className="display mt-5 text-page">{title}</h1>
        <p className="mt-2 text-ink-2 text-lead">{text}</p>
        <div className="mt-5 flex flex-wrap items-start gap-3">
          <Button tone="filled" onClick={() => window.location.reload()}>
            <RefreshCw aria-hidden className="size-4" />
            {t('error-page.again')}
          </Button>
          {detail && (
            <Details className="pt-1">
              <Log label={t('details.log')}>{detail}</Log>
            </Details>
          )}
        </div>
      </div>
    </main>
  )
}

function Broken({ error }: { error: Error }) {
  const { t } = useTranslation()
  return <ErrorPage title={t('error-page.broken')} text={t('error-page.broken-text')} detail={error.message} />
}

/** A page for a production build that is opened without the Go side. */
export function NoWindow() {
  const { t } = useTranslation()
  return <ErrorPage title={t('error-page.no-window')} text={t('error-page.no-window-text')} />
}

export class ErrorBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null }

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render(): ReactNode {
    return this.state.error ? <Broken error={this.state.error} /> : this.props.children
  }
}
