import { ChevronDown, Eye, Pencil } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Tool } from '@/backend'
import { TextButton } from '@/ui/button'
import { Rows } from '@/ui/card'

const first = 8

/** "read_page" is for programs; a person reads "Read page". */
export function toolTitle(tool: Tool): string {
  if (tool.title) return tool.title
  const words = tool.name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[_\-./]+/g, ' ')
    .trim()
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** What a server brings, with what it says of itself: only reads, or changes data. */
export function ToolList({ tools }: { tools: Tool[] }) {
  const { t } = useTranslation()
  const [all, setAll] = useState(false)
  const shown = all ? tools : tools.slice(0, first)
  return (
    <Rows>
      {shown.map((tool) => (
        <li key={tool.name} className="flex min-h-10 items-center gap-2.5 px-3.5 py-2">
          <p className="line-clamp-2 min-w-0 grow">
            <span className="font-[550]">{toolTitle(tool)}</span>{' '}
            <span className="text-ink-3 text-second">{tool.description}</span>
          </p>
          {tool.readOnly === true && (
            <span className="inline-flex shrink-0 items-center gap-1.25 px-1.75 text-ink-2 text-meta">
              <Eye aria-hidden className="size-3.5" />
              {t('listing.reads')}
            </span>
          )}
          {tool.readOnly === false && (
            <span className="inline-flex h-5.5 shrink-0 items-center gap-1.25 rounded-[6px] bg-sunken px-1.75 text-ink-2 text-meta dark:bg-hover">
              <Pencil aria-hidden className="size-3.5" />
              {t('listing.changes')}
            </span>
          )}
        </li>
      ))}
      {tools.length > first && !all && (
        <li className="px-3.5 py-1.75">
          <TextButton onClick={() => setAll(true)}>
            {t('listing.show-all', { n: tools.length })}
            <ChevronDown aria-hidden className="size-3.5" />
          </TextButton>
        </li>
      )}
    </Rows>
  )
}
