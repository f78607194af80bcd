/** A world with more in it than the fake's own: five servers, every state of a cell, folders, little room. */
const fill = () => {
  const fake = window.toolbayFake
  const [work, home] = fake.state.profiles
  const of = (id) => fake.state.servers.find((s) => s.id === id)
  const add = (id, more) => ({
    ...structuredClone(work.contents[0]),
    server: id,
    title: of(id).title,
    off: [],
    known: of(id).tools.length,
    ...more,
  })
  of('google-calendar').title = 'Google Calendar of the whole northern sales team'
  work.apps = ['claude-desktop', 'cursor', 'vscode', 'claude-code']
  work.contents = [
    add('files', {}),
    add('github', { all_tools: false, tools: ['search', 'create-page'] }),
    add('google-calendar', { off: ['cursor', 'vscode'] }),
    add('postgres', { cannot: { 'claude-desktop': 'Claude Desktop reaches no server with a sign-in.' } }),
    add('slack', { off: ['claude-desktop', 'claude-code'] }),
  ]
  work.contents[3].off = ['claude-desktop']
  work.folders = ['/home/maria/Documents/acme-shop', '/home/maria/Documents/customers/northwind/handbook-2026']
  work.warnings = [{ code: 'room', app: 'vscode', server: '', text: 'VS Code would have 134 of 128 tools.' }]
  home.contents = [
    add('files', { answers: { folder: '/home/maria/Pictures' } }),
    add('github', { keys: ['GITHUB_TOKEN'] }),
    add('memory', {}),
  ]
  home.apps = ['claude-desktop', 'vscode']
  fake.state.profiles.push({ ...structuredClone(home), id: 'acme', name: 'Acme', folders: [] })
  fake.changed('servers')
  fake.changed('profiles')
}

const profiles = (name, act) => ({
  name,
  path: '/profiles',
  ready: 'servers are in Work',
  act: async (p) => {
    await p.evaluate(fill)
    await p.getByText('5 servers are in Work').waitFor()
    await act?.(p)
  },
})

const press = (p, name) => p.getByRole('button', { name }).click()
const pick = async (p, item) => {
  await press(p, /^More about/)
  await p.getByRole('menuitem', { name: item }).click()
}
const home = async (p) => {
  await p.getByRole('button', { name: /^Home/ }).click()
  await p.getByText('servers are in Home').waitFor()
}

/** Profiles, projects, and what somebody shared. */
export const profileScenes = [
  profiles('profiles'),
  profiles('profiles-other', home),
  {
    ...profiles('profiles-many', async (p) => {
      await p.evaluate(() => {
        const fake = window.toolbayFake
        const [work] = fake.state.profiles
        work.name = 'Everything for the northern sales team and its customers'
        for (let i = 1; i <= 20; i++)
          fake.state.profiles.push({ ...structuredClone(work), id: `c${i}`, name: `Customer ${i}`, active: false })
        work.apps.push('codex', 'gemini-cli', 'opencode')
        fake.changed('profiles')
      })
      await press(p, /^Your profiles, Everything/)
      await p.getByRole('menuitemradio', { name: 'Customer 20' }).waitFor()
    }),
    menu: true,
  },
  { ...profiles('profiles-menu', (p) => press(p, /^More about/)), menu: true },
  profiles('profiles-empty', async (p) => {
    await press(p, 'New profile')
    await p.getByLabel('Name').fill('Evenings')
    await press(p, 'Create')
    await p.getByText('No server is in Evenings yet.').waitFor()
  }),
  profiles('profiles-new', (p) => press(p, 'New profile')),
  profiles('profiles-rename', (p) => pick(p, 'Rename')),
  profiles('profiles-duplicate', async (p) => {
    await p.evaluate(() =>
      window.toolbayFake.fail('createProfile', {
        code: 'profile_exists',
        message: 'There is a profile called Home already.',
        hint: 'Choose another name.',
        action: '',
        detail: '',
        args: {},
      }),
    )
    await pick(p, 'Duplicate')
    await p.getByLabel('Name').fill('Home')
    await p.getByRole('dialog').getByRole('button', { name: 'Duplicate' }).click()
    await p.getByText('There is a profile called Home already.').waitFor()
  }),
  profiles('profiles-deleted', async (p) => {
    await home(p)
    await pick(p, 'Delete')
    await p.getByText('Home is deleted.').first().waitFor()
  }),
  profiles('profiles-tools', async (p) => {
    await press(p, /^2 of 4 tools/)
    await p.getByText('2 tools, about').waitFor()
  }),
  profiles('profiles-add', async (p) => {
    await home(p)
    await press(p, 'Add a server')
    await p.getByRole('checkbox', { name: 'Slack' }).click()
  }),
  profiles('profiles-apps', (p) => press(p, 'Choose apps')),
  profiles('profiles-own', async (p) => {
    await home(p)
    await press(p, /^Own key GitHub/)
    await p.getByText('It has its own. Empty keeps it.').waitFor()
  }),
  profiles('profiles-own-same', async (p) => {
    await home(p)
    await press(p, /^Own settings Files/)
    await press(p, /^Same as everywhere/)
  }),
  profiles('profiles-link', async (p) => {
    await press(p, 'Link a folder')
    await p.getByRole('dialog').getByRole('figure').waitFor()
  }),
  profiles('profiles-unlinked', async (p) => {
    await press(p, /^Unlink .*acme-shop/)
    await p.getByText('is not linked any more.').first().waitFor()
  }),
  { ...profiles('switcher', (p) => press(p, 'Work, Profile in use')), menu: true },
  profiles('switch', async (p) => {
    await home(p)
    await press(p, 'Switch to Home')
    await p.getByRole('dialog').getByRole('figure').waitFor()
  }),
  profiles('switch-in-the-way', async (p) => {
    await p.evaluate(() =>
      window.toolbayFake.fail('previewSwitch', {
        code: 'file_broken',
        message: 'Cursor cannot read its settings file.',
        hint: 'Repair it, or leave Cursor as it is for now.',
        action: '',
        detail: '/home/maria/.cursor/mcp.json:5:17: expected "," or "]"',
        args: {},
        needs: [{ kind: 'skip', name: 'cursor', text: '', flag: '--skip' }],
      }),
    )
    await home(p)
    await press(p, 'Switch to Home')
    await press(p, 'Leave Cursor as it is').catch(() => {})
    await p.getByRole('alert').waitFor()
  }),
  profiles('closing', async (p) => {
    await p.evaluate(() => {
      window.toolbayFake.state.running = ['claude-desktop']
    })
    await home(p)
    await press(p, 'Switch to Home')
    await p.getByRole('dialog').getByRole('figure').waitFor()
    await p.getByRole('dialog').getByRole('button', { name: 'Switch to Home' }).click()
    await p.getByText('Claude Desktop is running', { exact: true }).waitFor()
  }),
  profiles('project', async (p) => {
    await press(p, 'Look at a project')
    await p.getByText('Read by Claude Code').waitFor()
  }),
  profiles('project-offer', async (p) => {
    await press(p, 'Look at a project')
    await press(p, 'See what it declares')
    await p.getByLabel('Tickets key').waitFor()
  }),
  profiles('import', async (p) => {
    await press(p, 'Import')
    await p.getByLabel('Tickets key').waitFor()
    await press(p, 'Install 2 servers')
  }),
  {
    ...profiles('import-working', async (p) => {
      await press(p, 'Import')
      await p.getByLabel('Tickets key').fill('made-up-key')
      await press(p, 'Install 2 servers')
      await p.getByText('Importing Acme shop').first().waitFor()
    }),
    query: 'step=100000',
  },
  {
    ...profiles('import-done', async (p) => {
      await press(p, 'Import')
      await p.getByLabel('Tickets key').fill('made-up-key')
      await press(p, 'Install 2 servers')
      await p.getByText('Acme shop is ready').first().waitFor()
    }),
    query: 'step=10',
  },
  {
    name: 'profiles-error',
    path: '/profiles',
    ready: 'servers are in Work',
    act: async (p) => {
      await p.evaluate(() => {
        window.toolbayFake.fail('profiles', {
          code: 'unexpected',
          message: 'Something went wrong inside Toolbay.',
          hint: 'Try again.',
          action: 'retry',
          detail: '',
          args: {},
        })
        window.toolbayFake.changed('profiles')
      })
      await p.getByText('Something went wrong inside Toolbay.').waitFor()
    },
  },
]
