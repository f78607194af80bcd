import { useEffect } from 'react'
import { useSettings } from '@/backend/queries'

/** Puts the chosen or the system's look on the page. */
export function Theme() {
  const { data } = useSettings()
  const theme = data?.theme ?? 'system'
  useEffect(() => {
    const system = window.matchMedia('(prefers-color-scheme: dark)')
    const put = () =>
      document.documentElement.classList.toggle('dark', theme === 'dark' || (theme === 'system' && system.matches))
    put()
    system.addEventListener('change', put)
    return () => system.removeEventListener('change', put)
  }, [theme])
  return null
}
