import { useNavigate } from '@tanstack/react-router'
import { ChevronsUpDown } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useProfiles } from '@/backend/queries'
import { Menu, MenuItem, MenuOneOf } from '@/ui/menu'
import { SwitchDialog } from './switch-dialog'

/** The profile in use, on every screen; another one is looked at before it is switched to. */
export function Switcher() {
  const { t } = useTranslation()
  const { data } = useProfiles()
  const navigate = useNavigate()
  const [to, setTo] = useState('')
  const active = data?.find((p) => p.active)
  const next = data?.find((p) => p.id === to)
  if (!data || !active) return null
  return (
    <>
      <Menu
        align="start"
        trigger={
          <button
            type="button"
            aria-label={`${active.name}, ${t('profiles.in-use')}`}
            className="motion mb-3 flex h-11 shrink-0 items-center gap-2.25 rounded-md border border-line bg-card px-2.25 text-left shadow-card hover:bg-hover narrow:justify-center narrow:px-0"
          >
            <span
              aria-hidden
              className="grid size-6 shrink-0 place-items-center rounded-[0.41rem] bg-accent font-semibold text-on-accent text-second"
            >
              {[...active.name][0]?.toUpperCase()}
            </span>
            <span className="min-w-0 grow narrow:hidden">
              <span className="block truncate font-semibold text-second leading-4">{active.name}</span>
              <span className="meta block truncate">{t('profiles.in-use')}</span>
            </span>
            <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-ink-3 narrow:hidden" />
          </button>
        }
      >
        <MenuOneOf
          value={active.id}
          onChange={(id) => id !== active.id && setTo(id)}
          choices={data.map((p) => ({ value: p.id, label: p.name }))}
        />
        <MenuItem apart onClick={() => void navigate({ to: '/profiles' })}>
          {t('profiles.manage')}
        </MenuItem>
      </Menu>
      {next && !next.active && <SwitchDialog id={next.id} name={next.name} onClose={() => setTo('')} />}
    </>
  )
}
