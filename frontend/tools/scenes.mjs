const getNotion = async (page) => {
  await page.getByRole('searchbox').fill('notion')
  await page.getByRole('button', { name: 'Get Notion' }).click()
  await page.getByRole('dialog').getByText('Downloads 35 MB').waitFor()
}
const fillNotion = async (page) => {
  await getNotion(page)
  await page.getByLabel('Notion key').fill('ntn_example_7Qd2')
  await page.getByRole('button', { name: /Choose the folder/ }).click()
}

/** Finding, installing, and what is here; keys, what was done, settings. */
export const scenes = [
  { name: 'first-run', query: 'scene=first-run', path: '/', ready: 'Here is what you already have.' },
  { name: 'discover', path: '/', ready: 'Good first servers' },
  {
    name: 'discover-search',
    path: '/',
    ready: 'Good first servers',
    act: (p) => p.getByRole('searchbox').fill('weather'),
  },
  { name: 'discover-none', path: '/', ready: 'Good first servers', act: (p) => p.getByRole('searchbox').fill('zzzz') },
  { name: 'discover-loading', query: 'slow', path: '/', ready: '' },
  { name: 'discover-error', query: 'scene=error', path: '/', ready: 'The package service did not answer.' },
  {
    name: 'discover-offline',
    path: '/',
    ready: 'Good first servers',
    act: async (p) => {
      await p.context().setOffline(true)
      await p.getByText('You are offline.').waitFor()
    },
  },
  { name: 'listing', path: '/listing/io.github.notion-labs%2Fnotion', ready: 'Ways to get it' },
  {
    name: 'sheet',
    path: '/',
    ready: 'Good first servers',
    act: async (p) => {
      await fillNotion(p)
      await p.getByRole('button', { name: /Show changes to Claude Code/ }).click()
    },
  },
  {
    name: 'sheet-wrong',
    query: 'scene=no-keychain',
    path: '/',
    ready: 'Good first servers',
    act: async (p) => {
      await getNotion(p)
      await p.getByRole('button', { name: 'Install', exact: true }).click()
    },
  },
  {
    name: 'sheet-progress',
    query: 'step=900',
    path: '/',
    ready: 'Good first servers',
    act: async (p) => {
      await fillNotion(p)
      await p.getByRole('button', { name: 'Install', exact: true }).click()
      await p.getByText('Kept inside Toolbay. Your system is untouched.').waitFor()
      await p.waitForTimeout(2600)
    },
  },
  {
    name: 'discover-ring',
    query: 'step=900',
    path: '/',
    ready: 'Good first servers',
    act: async (p) => {
      await fillNotion(p)
      await p.getByRole('button', { name: 'Install', exact: true }).click()
      await p.getByRole('button', { name: 'Continue in background' }).click()
      await p.getByRole('searchbox').fill('')
      await p.waitForTimeout(2600)
    },
  },
  {
    name: 'sheet-done',
    query: 'step=10',
    path: '/',
    ready: 'Good first servers',
    act: async (p) => {
      await fillNotion(p)
      await p.getByRole('button', { name: 'Install', exact: true }).click()
      await p.getByText('Notion is ready').first().waitFor()
      await p.waitForTimeout(300)
    },
  },
  {
    name: 'paste',
    path: '/',
    ready: 'Good first servers',
    act: (p) => p.getByRole('button', { name: 'Paste' }).click(),
  },
  {
    name: 'paste-none',
    path: '/',
    ready: 'Good first servers',
    act: async (p) => {
      await p.getByRole('button', { name: 'Paste' }).click()
      await p.getByRole('textbox').fill('nothing here')
      await p.getByRole('button', { name: 'Look through it' }).click()
      await p.getByText('No server was found').waitFor()
    },
  },
  {
    name: 'paste-found',
    path: '/',
    ready: 'Good first servers',
    act: async (p) => {
      await p.getByRole('button', { name: 'Paste' }).click()
      await p.getByRole('textbox').fill('npx -y shop')
      await p.getByRole('button', { name: 'Look through it' }).click()
      await p.getByText('2 servers found').waitFor()
    },
  },
  {
    name: 'sheet-ways',
    query: 'scene=risks',
    path: '/',
    ready: 'Good first servers',
    act: async (p) => {
      await getNotion(p)
      await p.getByRole('button', { name: '1 other way' }).click()
    },
  },
  {
    name: 'sheet-no-engine',
    query: 'scene=no-engine',
    path: '/',
    ready: 'Good first servers',
    act: async (p) => {
      await p.getByRole('searchbox').fill('browser')
      await p.getByRole('button', { name: 'Get Browser' }).click()
      await p.getByText('Docker is not running').waitFor()
    },
  },
  { name: 'installed', path: '/installed', ready: 'Everything else' },
  {
    name: 'installed-open',
    path: '/installed',
    ready: 'Everything else',
    act: async (p) => {
      await p.getByRole('button', { name: 'Files', exact: true }).click()
      await p.getByRole('button', { name: 'More for Weather' }).click()
      await p.getByRole('menuitem', { name: 'Remove' }).click()
      await p.getByText('Weather is removed').first().waitFor()
      await p.waitForTimeout(300)
    },
  },
  {
    name: 'update-sheet',
    query: 'step=10',
    path: '/installed',
    ready: 'Everything else',
    act: async (p) => {
      await p.getByRole('button', { name: 'Review the update of GitHub' }).click()
      await p.getByRole('button', { name: 'Fetch and compare' }).click()
      await p.getByText('1 new tool').waitFor()
      await p.getByRole('button', { name: 'Update', exact: true }).click()
      await p.getByRole('checkbox').waitFor()
    },
  },
  {
    name: 'extensions',
    path: '/installed',
    ready: 'Everything else',
    act: async (p) => {
      await p.getByRole('button', { name: 'Look at them' }).click()
      await p.getByRole('heading', { name: 'Desk notes' }).waitFor()
    },
  },
  {
    name: 'installed-signin',
    query: 'scene=sign-in',
    path: '/installed',
    ready: 'Everything else',
    act: async (p) => {
      await p.getByRole('button', { name: /Sign in… Google/ }).click()
      await p.getByText('Waiting for you').first().waitFor()
    },
  },
  { name: 'installed-empty', query: 'scene=empty', path: '/installed', ready: 'Nothing here yet' },
  { name: 'keys', path: '/keys', ready: 'Database address' },
  {
    name: 'keys-delete',
    path: '/keys',
    ready: 'Database address',
    act: (p) => p.getByRole('button', { name: 'Delete GitHub key' }).click(),
  },
  {
    name: 'keys-replace',
    path: '/keys',
    ready: 'Database address',
    act: (p) => p.getByRole('button', { name: 'Replace GitHub key' }).click(),
  },
  {
    name: 'activity',
    path: '/activity',
    ready: 'Memory added to Claude Code',
    act: async (p) => {
      await p.getByRole('button', { name: /Show change Memory/ }).click()
      await p.getByRole('figure').waitFor()
    },
  },
  { name: 'settings', path: '/settings', ready: 'Like the system' },
  {
    name: 'settings-sources',
    path: '/settings',
    ready: 'Like the system',
    act: (p) => p.getByRole('button', { name: 'Sources' }).click(),
  },
  {
    name: 'settings-storage',
    path: '/settings',
    ready: 'Like the system',
    act: async (p) => {
      await p.getByRole('button', { name: 'Disk use' }).click()
      await p.getByRole('button', { name: '3 parts' }).click()
    },
  },
  {
    name: 'settings-advanced',
    path: '/settings',
    ready: 'Like the system',
    act: (p) => p.getByRole('button', { name: 'Advanced' }).click(),
  },
]
