import { Box, Cloud, Download, type LucideIcon, Monitor, ShieldCheck } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { InstallOffer } from '@/backend'
import { bytes } from '@/text/format'
import { Card } from '@/ui/card'
import { Skeleton } from '@/ui/skeleton'

const places: Record<string, [LucideIcon, 'runs-here' | 'runs-apart' | 'runs-online']> = {
  oci: [Box, 'runs-apart'],
  remote: [Cloud, 'runs-online'],
}

/** What is fetched, where it runs, how it is checked. */
export function PlanCard({
  offer,
  type,
  waiting,
}: {
  offer: InstallOffer | undefined
  type: string
  waiting: boolean
}) {
  const { t } = useTranslation()
  const [icon, place] = places[type] ?? [Monitor, 'runs-here']
  return (
    <Card className="grid grid-cols-3 gap-4.5 px-3.5 py-3 tight:grid-cols-1">
      <Fact
        icon={Download}
        waiting={waiting}
        title={
          offer
            ? offer.bytes > 0
              ? t('plan.downloads', { size: bytes(offer.bytes) })
              : offer.downloads.length > 0
                ? t('plan.download-unknown')
                : t('plan.no-download')
            : waiting
              ? undefined
              : t('plan.download-unknown')
        }
      >
        {offer ? <Downloads offer={offer} type={type} /> : waiting ? undefined : t('plan.size-unknown')}
      </Fact>
      <Fact icon={icon} title={t(`plan.${place}`)} waiting={waiting}>
        {t(`plan.${place}-text`)}
      </Fact>
      <Fact icon={ShieldCheck} title={t('plan.checked')} waiting={waiting}>
        {offer?.version && type !== 'remote'
          ? t(type === 'mcpb' ? 'plan.checked-bundle' : 'plan.checked-text', { version: offer.version })
          : waiting && !offer
            ? undefined
            : t('plan.checked-hello')}
      </Fact>
    </Card>
  )
}

function Downloads({ offer, type }: { offer: InstallOffer; type: string }) {
  const { t } = useTranslation()
  if (offer.downloads.length === 0) return type === 'remote' ? t('plan.no-download-online') : t('plan.no-download-text')
  return offer.downloads.map((d) => (
    <span key={d.name} className="block">
      {d.bytes > 0 ? t('plan.part', { text: d.text, size: bytes(d.bytes) }) : d.text}
    </span>
  ))
}

type FactProps = { icon: LucideIcon; title: string | undefined; waiting: boolean; children: React.ReactNode }

function Fact({ icon: Icon, title, waiting, children }: FactProps) {
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
      <div className="meta mt-0.5">{children ?? (waiting && <Skeleton className="mt-1 h-2.5 w-4/5" />)}</div>
    </div>
  )
}
