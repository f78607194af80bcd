import { useTranslation } from 'react-i18next'
import type { FileDiff } from '@/backend'
import { Details } from './details'
import { DiffView } from './diff-view'

/** What a change does to files, line by line, behind one button that says how many there are. */
export function Changes({ files }: { files: FileDiff[] }) {
  const { t } = useTranslation()
  if (files.length === 0) return null
  return (
    <Details label={t('diff.show-files', { count: files.length })} hide={t('diff.hide')}>
      <div className="flex flex-col gap-3">
        {files.map((f) => (
          <DiffView key={f.path} file={f} />
        ))}
      </div>
    </Details>
  )
}
