import { useTranslation } from 'react-i18next'

const number = new Intl.NumberFormat('en')

export function count(n: number): string {
  return number.format(n)
}

/** Sizes as shops write them: 4.2 MB, 31 MB. */
export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB']
  let size = n
  let unit = 0
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000
    unit++
  }
  const digits = unit < 2 || size >= 10 ? 0 : 1
  return `${size.toFixed(digits)} ${units[unit]}`
}

export function seconds(ms: number): string {
  return ms < 9_950 ? (ms / 1000).toFixed(1) : String(Math.round(ms / 1000))
}

const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const dayMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long' })
const dayMonthYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' })

export function clockTime(time: string): string {
  return clock.format(new Date(time))
}

const startOfDay = (t: Date) => new Date(t.getFullYear(), t.getMonth(), t.getDate()).getTime()

/** Whole calendar days between then and now. */
export function daysAgo(time: string, now = new Date()): number {
  return Math.round((startOfDay(now) - startOfDay(new Date(time))) / 86_400_000)
}

export function date(time: string, now = new Date()): string {
  const t = new Date(time)
  return (t.getFullYear() === now.getFullYear() ? dayMonth : dayMonthYear).format(t)
}

/** "12 min ago"; past a month the date. */
export function useAgo(): (time: string) => string {
  const { t } = useTranslation()
  return (time) => {
    const minutes = Math.floor((Date.now() - new Date(time).getTime()) / 60_000)
    if (minutes < 1) return t('time.now')
    if (minutes < 60) return t('time.minutes', { count: minutes })
    const hours = Math.floor(minutes / 60)
    if (hours < 24) return t('time.hours', { count: hours })
    const days = daysAgo(time)
    if (days <= 31) return t('time.days', { count: Math.max(1, days) })
    return date(time)
  }
}

/** "Cursor", "Cursor and VS Code", "Cursor, VS Code and Codex". */
const and = new Intl.ListFormat('en-GB', { type: 'conjunction' })
export function list(names: string[]): string {
  return and.format(names)
}

/** "Documents › Notion files": the end of a path, as a file manager shows it. Other text stays as it is. */
export function shortPath(path: string): string {
  if (!/^([A-Za-z]:)?[\\/]/.test(path)) return path
  return path
    .split(/[\\/]+/)
    .filter(Boolean)
    .slice(-2)
    .join(' › ')
}
