const notices = () => {
  const fake = window.toolbayFake
  const notice = (more) => ({
    id: more.code,
    app: 'claude-desktop',
    app_name: 'Claude Desktop',
    name: 'files',
    server: 'files',
    names: ['files'],
    servers: ['files'],
    file: '/home/maria/.config/Claude/claude_desktop_config.json',
    seen: '2026-01-01T12:00:00Z',
    action: 'put-back',
    close: false,
    ...more,
  })
  fake.state.notices = [
    notice({
      code: 'wiped',
      title: 'Claude Desktop’s list of servers is empty',
      text: '“files” and “google-calendar” are gone from it.',
      close: true,
    }),
    notice({
      code: 'edited',
      app: 'vscode',
      app_name: 'VS Code',
      title: '“github” was changed in VS Code',
      text: 'Its entry is not the one that Toolbay wrote.',
    }),
    notice({
      code: 'broken',
      app: 'cursor',
      app_name: 'Cursor',
      title: 'Cursor cannot read its settings file',
      text: 'It was changed outside Toolbay.',
      action: 'repair',
    }),
  ]
  fake.changed('notices')
}

const copies = () => {
  const version = (id, time, title, more) => ({
    id,
    time,
    kind: 'connect',
    title,
    by: 'toolbay',
    absent: false,
    bytes: 200,
    first: false,
    stands: false,
    deleted: false,
    ...more,
  })
  window.toolbayFake.state.backups = [
    {
      path: '/home/maria/.config/Code/User/mcp.json',
      apps: ['vscode'],
      bytes: 600,
      versions: [
        version('v4', '2026-03-04T16:20:00Z', 'Files added to Claude Desktop, Claude Code, Cursor and VS Code', {
          stands: true,
        }),
        version('v3', '2026-03-02T09:05:00Z', 'Memory added', {}),
        version('v2', '2026-02-20T11:40:00Z', 'GitHub', { deleted: true }),
        version('v1', '2026-01-01T12:00:00Z', '', { first: true, by: 'other' }),
      ],
    },
  ]
}

const apps = (name, act, query) => ({
  name,
  ...(query ? { query } : {}),
  path: '/apps',
  ready: 'Cursor cannot read',
  act,
})
const press = (p, name) => p.getByRole('button', { name }).click()
const earlier = async (p) => {
  await p.evaluate(copies)
  await press(p, /^VS Code/)
  await press(p, /^Show copies of VS Code/)
  await p.getByText('Memory added').waitFor()
}
const adopting = async (p) => {
  await press(p, 'Manage with Toolbay')
  await p
    .getByRole('button', { name: /^Show changes/ })
    .first()
    .waitFor()
}
const takeOver = async (p) => {
  await adopting(p)
  await press(p, 'Manage 3 servers')
}

/** The apps and their files: what stands there, what is wrong, what was there before, and who looks after it. */
export const fileScenes = [
  { name: 'apps', path: '/apps', ready: 'Cursor cannot read' },
  {
    name: 'apps-fine',
    path: '/apps',
    ready: 'Cursor cannot read',
    act: (p) => p.getByRole('button', { name: /^Claude Desktop/ }).click(),
  },
  {
    name: 'apps-change',
    path: '/apps',
    ready: 'Cursor cannot read',
    act: async (p) => {
      await p.getByRole('button', { name: /^Claude Code/ }).click()
      await p.getByRole('button', { name: 'Add servers' }).click()
      await p.getByRole('checkbox', { name: 'Files' }).click()
      await p.getByRole('figure').waitFor()
    },
  },
  apps('notices', async (p) => {
    await p.evaluate(notices)
    await p.getByRole('region', { name: 'Changed outside Toolbay' }).waitFor()
  }),
  apps('backups', earlier),
  apps('backups-restore', async (p) => {
    await earlier(p)
    await press(p, /^Compare: Memory added/)
    await p.getByRole('dialog').getByRole('figure').waitFor()
  }),
  apps('adopt', adopting),
  apps('adopt-change', async (p) => {
    await adopting(p)
    await press(p, /^Show changes .*Jira/)
    await p.getByRole('dialog').getByRole('figure').waitFor()
  }),
  apps('adopt-working', takeOver, 'step=900'),
  apps(
    'adopt-done',
    async (p) => {
      await takeOver(p)
      await p.getByText('3 servers are managed now').waitFor()
    },
    'step=10',
  ),
  apps(
    'adopt-failed',
    async (p) => {
      await p.evaluate(() => {
        const words = { code: '', message: '', hint: '', action: 'retry', detail: 'exit status 1', args: {} }
        window.toolbayFake.state.adoptFails = {
          jira: {
            ...words,
            code: 'start_exited',
            message: 'Jira stopped right after it started.',
            hint: 'Check its key.',
          },
          search: {
            ...words,
            code: 'consent_needed',
            message: 'Toolbay needs your yes first.',
            needs: [{ kind: 'risk', name: 'risk', text: 'Search loads code from elsewhere at each start.', flag: '' }],
          },
        }
      })
      await takeOver(p)
      await p.getByText('1 server is managed now').waitFor()
    },
    'step=10',
  ),
  apps(
    'adopt-copies',
    async (p) => {
      await takeOver(p)
      await p.getByRole('button', { name: /^Delete the cop.* Jira/ }).click()
      await p.getByRole('alertdialog').waitFor()
    },
    'step=10',
  ),
  {
    name: 'give-back',
    path: '/installed',
    ready: 'Everything else',
    act: async (p) => {
      await p.evaluate(() => {
        for (const s of window.toolbayFake.state.servers) s.adopted = s.id === 'github'
        window.toolbayFake.changed('servers')
      })
      await press(p, 'More for GitHub')
      await p.getByRole('menuitem', { name: 'Give back to its apps' }).click()
      await p.getByRole('dialog').getByRole('figure').waitFor()
    },
  },
  apps('repaired', async (p) => {
    await press(p, 'Repair')
    await p.getByText('Cursor’s file is repaired').first().waitFor()
  }),
  apps('repaired-proof', async (p) => {
    await press(p, 'Repair')
    await press(p, 'Try the servers')
    await p.getByText('Works, 14 tools').waitFor()
  }),
  apps('repair-details', async (p) => {
    await p
      .getByRole('region', { name: /^Repair of/ })
      .getByRole('button', { name: 'Show details' })
      .click()
  }),
]
