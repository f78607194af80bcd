import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Difference, ToolWords } from '@/backend'
import { cn } from '@/ui/cn'
import { Details } from '@/ui/details'

/** What the new version changes for its user, the grave first; texts of tools stand side by side. */
export function DifferenceView({ difference: d }: { difference: Difference }) {
  const { t } = useTranslation()
  const nothing =
    d.tools_known &&
    d.added.length + d.removed.length + d.reworded.length + d.new_inputs.length === 0 &&
    !d.publisher &&
    !d.signer &&
    !d.command
  return (
    <div className="mt-4 flex flex-col gap-4">
      {d.publisher && (
        <Part title={t('updates.publisher')}>
          <Sides before={d.publisher.before} after={d.publisher.after} />
        </Part>
      )}
      {d.signer && <Part title={d.signer.after ? t('updates.signer') : t('updates.signer-gone')} />}
      {d.command && (
        <Part title={t('updates.command')}>
          <Details label={t('updates.command-show')}>
            <Sides before={d.command.before.join('\n')} after={d.command.after.join('\n')} code />
          </Details>
        </Part>
      )}
      {d.reworded.length > 0 && (
        <Part title={t('updates.reworded', { count: d.reworded.length })} text={t('updates.reworded-text')}>
          {d.reworded.map((r) => (
            <div key={r.name} className="mt-2.5 first:mt-0">
              <p className="mb-1 font-[550] text-second [overflow-wrap:anywhere]">{nameOf(r.after)}</p>
              <Sides before={<Says tool={r.before} />} after={<Says tool={r.after} />} />
            </div>
          ))}
        </Part>
      )}
      <Tools title={t('updates.added', { count: d.added.length })} tools={d.added} sign="+" />
      <Tools title={t('updates.removed', { count: d.removed.length })} tools={d.removed} sign="−" />
      {d.new_inputs.length > 0 && (
        <Part title={t('updates.asks', { count: d.new_inputs.length })}>
          <ul className="text-second">
            {d.new_inputs.map((i) => (
              <li key={i.name} className="[overflow-wrap:anywhere]">
                {i.label || i.name}
                {!i.required && <span className="meta ml-1.5">{t('field.optional')}</span>}
              </li>
            ))}
          </ul>
        </Part>
      )}
      <Files title={t('updates.kept', { count: d.kept.length })} files={d.kept} />
      <Files title={t('updates.left', { count: d.left.length })} files={d.left} />
      {nothing && <p className="text-ink-2">{t('updates.same-tools')}</p>}
      {!d.tools_known && <p className="meta">{t('updates.tools-unknown')}</p>}
    </div>
  )
}

const nameOf = (tool: ToolWords) => tool.title || tool.name

function Part({ title, text, children }: { title: string; text?: string; children?: ReactNode }) {
  return (
    <section aria-label={title}>
      <h3 className="text-body">{title}</h3>
      {text && <p className="meta">{text}</p>}
      {children && <div className="mt-1.5">{children}</div>}
    </section>
  )
}

function Says({ tool }: { tool: ToolWords }) {
  return (
    <>
      <span className="block">{tool.description}</span>
      {tool.takes && <span className="mt-1 block text-ink-3 whitespace-pre-wrap">{tool.takes}</span>}
    </>
  )
}

/** The old text and the new one, beside each other; below each other where there is no room. */
function Sides({ before, after, code = false }: { before: ReactNode; after: ReactNode; code?: boolean }) {
  const { t } = useTranslation()
  const box = cn(
    'selectable min-w-0 rounded-md px-3 py-2 text-second whitespace-pre-wrap [overflow-wrap:anywhere]',
    code && 'font-mono text-code tracking-normal',
  )
  return (
    <div className="grid grid-cols-2 gap-2 tight:grid-cols-1">
      <div className={cn(box, 'bg-bad-soft')}>
        <p className="meta mb-0.5 font-sans">{t('updates.before')}</p>
        {before}
      </div>
      <div className={cn(box, 'bg-ok-soft')}>
        <p className="meta mb-0.5 font-sans">{t('updates.after')}</p>
        {after}
      </div>
    </div>
  )
}

const maxFiles = 10

function Files({ title, files }: { title: string; files: string[] }) {
  if (files.length === 0) return null
  return (
    <Part title={title}>
      <ul className="selectable text-second text-ink-2">
        {files.slice(0, maxFiles).map((file) => (
          <li key={file} className="[overflow-wrap:anywhere]">
            {file}
          </li>
        ))}
        {files.length > maxFiles && <li>…</li>}
      </ul>
    </Part>
  )
}

function Tools({ title, tools, sign }: { title: string; tools: ToolWords[]; sign: '+' | '−' }) {
  if (tools.length === 0) return null
  return (
    <Part title={title}>
      <ul className="overflow-hidden rounded-md border border-line bg-card">
        {tools.map((tool) => (
          <li key={tool.name} className="flex gap-2.5 border-line px-3 py-1.75 text-second not-first:border-t">
            <span aria-hidden className={cn('font-mono font-semibold', sign === '+' ? 'text-ok' : 'text-bad')}>
              {sign}
            </span>
            <span className="min-w-0 [overflow-wrap:anywhere]">
              <span className="font-[550]">{nameOf(tool)}</span> <span className="text-ink-3">{tool.description}</span>
            </span>
          </li>
        ))}
      </ul>
    </Part>
  )
}
