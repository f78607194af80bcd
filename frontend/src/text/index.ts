import catalogue from '@text'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'

/**
 * All words of the window stand in backend/text/en.json, the file the Go side
 * reads too. `ui` is the default section; others are named, as in
 * t('retry', { ns: 'actions' }). Values are put in as plain text: React escapes them, and
 * a value that itself looks like a placeholder stays as it is.
 */
export const resources = { en: catalogue }

void i18next.use(initReactI18next).init({
  lng: 'en',
  resources,
  defaultNS: 'ui',
  ns: ['ui', 'actions', 'ways', 'ways-because', 'facts', 'stages', 'errors'],
  interpolation: { prefix: '{', suffix: '}', escapeValue: false, skipOnVariables: true },
  returnNull: false,
})

export { i18next }

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'ui'
    resources: {
      ui: (typeof catalogue)['ui']
      actions: (typeof catalogue)['actions']
      ways: (typeof catalogue)['ways']
      'ways-because': (typeof catalogue)['ways-because']
      stages: (typeof catalogue)['stages']
      errors: (typeof catalogue)['errors']
    }
  }
}
