import { Download, type LucideIcon, Monitor, ShieldCheck } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { InstallOffer } from '@/backend'
import { bytes } from '@/text/format'
import { Card } from '@/ui/card'
import { Skeleton } from '@/ui/skeleton'

/** What is fetched, where it runs, how it is checked. */
export function PlanCard({ offer, remote }: { offer: InstallOffer | undefined; remote: boolean }) {
  const { t } = useTranslation()
  return (
    <Card className="grid grid-cols-3 gap-4.5 px-3.5 py-3 tight:grid-cols-1">
      <Fact
        icon={Download}
        title={
          offer
            ? offer.bytes > 0
              ? t('plan.downloads', { size: bytes(offer.bytes) })
              : offer.downloads.length > 0
                ? t('plan.download-unknown')
                : t('plan.no-download')
            : undefined
        }
      >
        {offer && <Downloads offer={offer} />}
      </Fact>
      <Fact icon={Monitor} title={remote ? t('plan.runs-online') : t('plan.runs-here')}>
        {remote ? t('plan.runs-online-text') : t('plan.runs-here-text')}
      </Fact>
      <Fact icon={ShieldCheck} title={t('plan.checked')}>
        {offer ? (
          offer.version ? (
            t('plan.checked-text', { version: offer.version })
          ) : (
            t('plan.checked-hello')
          )
        ) : (
          <Skeleton className="mt-1 h-2.5 w-4/5" />
        )}
      </Fact>
    </Card>
  )
}

function Downloads({ offer }: { offer: InstallOffer }) {
  const { t } = useTranslation()
  if (offer.downloads.length === 0) return t('plan.no-download-text')
  return offer.downloads.map((d) => (
    <span key={d.name} className="block">
      {d.bytes > 0 ? t('plan.part', { text: d.text, size: bytes(d.bytes) }) : d.text}
    </span>
  ))
}

function Fact({
  icon: Icon,
  title,
  children,
}: {
  icon: LucideIcon
  title: string | undefined
  children: React.ReactNode
}) {
  const { t } = useTranslation()
  return (
    <div className="min-w-0">
      <p className="flex items-center gap-1.5 font-[550] text-second">
        <Icon aria-hidden className="size-3.5 shrink-0 text-accent-text" />
        {title ?? (
          <>
            <span className="sr-only">{t('plan.looking')}</span>
            <Skeleton className="h-3 w-28" />
          </>
        )}
      </p>
      <div className="meta mt-0.5">{children ?? <Skeleton className="mt-1 h-2.5 w-4/5" />}</div>
    </div>
  )
}
