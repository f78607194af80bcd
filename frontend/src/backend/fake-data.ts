import type { AppView, ChangeView, FirstRun, InputField, Listing, Needs, ServerView, SettingsView, Tool } from './types'

/** Data for the fake backend: lifelike, made up here, and the same on every run. */

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

export const ago = (ms: number) => new Date(Date.now() - ms).toISOString()

type Row = [title: string, publisher: string, category: string, needs: Needs, source: string, text: string]

const rows: Row[] = [
  [
    'Files',
    'Model Context Protocol',
    'files',
    'folder',
    'starter official',
    'Read and write files in the folders you choose.',
  ],
  [
    'Memory',
    'Model Context Protocol',
    'ai',
    'nothing',
    'starter official',
    'Let your AI app remember facts between chats.',
  ],
  [
    'Time',
    'Model Context Protocol',
    'other',
    'nothing',
    'starter official',
    'Know what time it is anywhere and work out meeting hours.',
  ],
  [
    'Step by step',
    'Model Context Protocol',
    'ai',
    'nothing',
    'starter official',
    'Think a hard question through in small steps.',
  ],
  [
    'Library docs',
    'Upstash',
    'coding',
    'nothing',
    'starter official',
    'Look up current docs of the library you work with.',
  ],
  [
    'Browser',
    'Microsoft',
    'web',
    'nothing',
    'starter official docker',
    'Open web pages, click through them and read them.',
  ],
  [
    'Notion',
    'Notion Labs',
    'files',
    'key',
    'starter official',
    'Search your pages, read them, and write new ones where you allow it.',
  ],
  [
    'Figma',
    'Figma',
    'design',
    'key',
    'starter official',
    'Read designs and turn a frame into code or a written brief.',
  ],
  [
    'GitHub',
    'GitHub',
    'coding',
    'key',
    'starter official docker',
    'Look through code, read issues, open pull requests for you.',
  ],
  [
    'Google Calendar',
    'nspady',
    'calendar',
    'sign-in',
    'starter',
    'See what is on, find a free hour, add and move events.',
  ],
  [
    'Gmail',
    'gmail-mcp',
    'calendar',
    'sign-in',
    'starter',
    'Find messages, read threads and draft replies. It never sends alone.',
  ],
  ['Slack', 'korotovsky', 'chat', 'key', 'starter official', 'Search channels, catch up on threads and draft replies.'],
  [
    'Postgres',
    'Crystal DBA',
    'databases',
    'key',
    'docker',
    'Ask questions about a database. It reads and never changes a row.',
  ],
  ['Sentry', 'Sentry', 'coding', 'key', 'starter official', 'Look up errors in your projects and what caused them.'],
  ['Stripe', 'Stripe', 'money', 'key', 'starter official', 'Look up payments, customers and invoices in your account.'],
  ['Linear', 'Linear', 'coding', 'sign-in', 'official', 'Read and update issues, cycles and projects.'],
  [
    'SQLite',
    'Model Context Protocol',
    'databases',
    'folder',
    'docker',
    'Ask questions about a database file on this computer.',
  ],
  [
    'Brave Search',
    'Brave',
    'web',
    'key',
    'starter official docker',
    'Search the web, news and places without a browser.',
  ],
  ['Hugging Face', 'Hugging Face', 'ai', 'nothing', 'official', 'Find models, data sets and papers.'],
  [
    'Cloudflare Docs',
    'Cloudflare',
    'cloud',
    'nothing',
    'official',
    'Answer questions from the Cloudflare documentation.',
  ],
  ['Home Assistant', 'voska', 'home', 'key', 'starter', 'Ask about your home and switch what you allow.'],
  ['arXiv', 'blazickjp', 'science', 'nothing', 'docker', 'Find research papers and read them.'],
  ['Spotify', 'varunneal', 'media', 'sign-in', 'official', 'Search music, make playlists, and control what plays.'],
  ['Blender', 'ahujasid', 'design', 'app', 'starter', 'Build and change scenes while Blender is open.'],
  ['Wikipedia', 'Rudra Ravi', 'science', 'nothing', 'docker', 'Look things up in Wikipedia and read whole articles.'],
  ['Todoist', 'Doist', 'calendar', 'key', 'official', 'Read your tasks, add new ones and tick them off.'],
]

const fillers: [string, string, string][] = [
  ['Orders', 'money', 'Look up orders and say where they are.'],
  ['Weather', 'science', 'Forecasts and past weather for any place.'],
  ['Notes', 'files', 'Find and write short notes.'],
  ['Tickets', 'chat', 'Read support tickets and draft an answer.'],
  ['Logs', 'cloud', 'Search the logs of your services.'],
  ['Flights', 'other', 'Compare flights and connections.'],
  ['Inventory', 'databases', 'Count what is in stock, and where.'],
  ['Reviews', 'web', 'Read reviews of a product and sum them up.'],
]

const slug = (s: string) =>
  s
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')

const tools: Tool[] = [
  { name: 'search', title: 'Search', description: 'Finds pages and databases by words.', readOnly: true },
  {
    name: 'read-page',
    title: 'Read page',
    description: 'Reads a page with its comments and sub-pages.',
    readOnly: true,
  },
  { name: 'query-database', title: 'Query database', description: 'Filters and sorts the rows.', readOnly: true },
  { name: 'create-page', title: 'Create page', description: 'Makes a page in a place that you name.', readOnly: false },
  { name: 'update-page', title: 'Update page', description: 'Changes text or properties.', readOnly: false },
  { name: 'add-comment', title: 'Add comment', description: 'Writes under a page or in a thread.', readOnly: false },
  { name: 'list-people', title: 'List people', description: 'Says who is in the workspace.', readOnly: true },
  { name: 'move-page', title: 'Move page', description: 'Puts a page under another one.', readOnly: false },
  { name: 'archive', description: 'Puts a page away.' },
  { name: 'get-self', description: 'Says which account the key belongs to.', readOnly: true },
]

function listing(row: Row, n: number): Listing {
  const [title, publisher, category, needs, source, description] = row
  const sources = source.split(' ')
  const name = sources.includes('official')
    ? `io.github.${slug(publisher)}/${slug(title)}`
    : `${sources[0]}/${slug(title)}`
  const oci = sources.includes('docker')
  return {
    id: name,
    name,
    title,
    description,
    publisher,
    repository: `https://github.com/${slug(publisher)}/${slug(title)}`,
    website: `https://${slug(publisher)}.example/${slug(title)}`,
    version: '2.1.0',
    license: n % 3 === 0 ? 'Apache-2.0' : 'MIT',
    category,
    needs,
    sample: title === 'Notion' ? 'What changed in my Notion pages since Monday?' : `What can ${title} do for me?`,
    caution: title === 'Browser' ? 'It can visit any web site, also ones you are signed in to.' : '',
    status: 'active',
    updated: ago((n % 40) * day + 3 * hour),
    sources,
    packages: [
      { type: 'npm', identifier: `@${slug(publisher)}/${slug(title)}-mcp`, version: '2.1.0' },
      ...(oci ? [{ type: 'oci', identifier: `mcp/${slug(title)}`, version: '2.1.0' }] : []),
    ],
    tools: title === 'Notion' ? tools : tools.slice(0, n % 5),
    featured: n < 6 ? n + 1 : 0,
    installed: [],
    installable: true,
  }
}

export function makeListings(more = 2768): Listing[] {
  const known = rows.map(listing)
  const rest = Array.from({ length: more }, (_, i): Listing => {
    const [what, category, text] = fillers[i % fillers.length] ?? ['Server', 'other', '']
    const needs: Needs = i % 3 === 0 ? 'nothing' : i % 3 === 1 ? 'key' : ''
    const l = listing([`${what} ${i + 1}`, `team-${(i % 90) + 1}`, category, needs, 'official', text], i + 100)
    return { ...l, featured: 0, installable: i % 7 !== 0 }
  })
  return [...known, ...rest]
}

export function makeApps(): AppView[] {
  const ok = (path: string, format = 'json') => [{ path, scope: 'user', format, health: 'ok' as const }]
  const entry = (name: string, server: string, command: string, keys = 0) => ({
    name,
    server,
    command,
    url: '',
    enabled: true,
    readable_keys: keys,
    ours: server !== '',
  })
  const ours = (id: string) => entry(id, id, `/home/maria/.toolbay/bin/toolbay run ${id}`)
  return [
    {
      id: 'claude-desktop',
      name: 'Claude Desktop',
      found: true,
      files: ok('/home/maria/.config/Claude/claude_desktop_config.json'),
      servers: [ours('files'), ours('google-calendar'), entry('jira', '', 'npx -y jira-mcp', 1)],
      restart: 'Sees new servers after a restart.',
    },
    {
      id: 'claude-code',
      name: 'Claude Code',
      found: true,
      files: ok('/home/maria/.claude.json'),
      servers: [ours('github'), ours('memory')],
      restart: 'Sees new servers in the next chat.',
    },
    {
      id: 'cursor',
      name: 'Cursor',
      found: true,
      files: [
        {
          path: '/home/maria/.cursor/mcp.json',
          scope: 'user',
          format: 'jsonc',
          health: 'broken',
          problem: {
            code: 'file_broken',
            message: 'Cursor cannot read its settings file.',
            hint: 'Open the file and mend line 5. Toolbay leaves it alone until then.',
            action: 'retry',
            detail: '/home/maria/.cursor/mcp.json:5:17: expected "," or "]"',
            args: {},
          },
        },
      ],
      servers: [],
      restart: 'Notices new servers by itself.',
    },
    {
      id: 'vscode',
      name: 'VS Code',
      found: true,
      files: ok('/home/maria/.config/Code/User/mcp.json', 'jsonc'),
      servers: [ours('files'), ours('github'), entry('playwright', '', 'npx @playwright/mcp@latest')],
      restart: 'Notices new servers by itself.',
    },
    { id: 'codex', name: 'Codex', found: false, files: [], servers: [], restart: '' },
    { id: 'gemini-cli', name: 'Gemini CLI', found: false, files: [], servers: [], restart: '' },
    { id: 'opencode', name: 'opencode', found: false, files: [], servers: [], restart: '' },
  ]
}

export function makeServers(): ServerView[] {
  const server = (id: string, title: string, category: string, more: Partial<ServerView>): ServerView => ({
    id,
    title,
    version: '2.1.0',
    publisher: 'Model Context Protocol',
    category,
    package: { type: 'npm', identifier: `@example/${id}-mcp`, version: '2.1.0' },
    listing: '',
    status: 'ok',
    log: '',
    tools: tools.slice(0, 4),
    apps: [],
    profiles: [],
    installed: ago(9 * day),
    checked: ago(12 * minute),
    sample: '',
    settings: [],
    ...more,
  })
  return [
    server('postgres', 'Postgres', 'databases', {
      publisher: 'Crystal DBA',
      status: 'broken',
      apps: ['vscode'],
      checked: ago(54 * minute),
      log: 'connecting to db.internal:5432\nfatal: password authentication failed for user "shop"\n',
      problem: {
        code: 'start_exited',
        message: 'Postgres stopped right after it started.',
        hint: 'Its key may be wrong or out of date. Your other servers are not affected.',
        action: 'replace-key',
        detail: 'exit status 1 after 412 ms',
        args: {},
      },
      settings: [{ key: 'DATABASE_URI', label: 'Database address', secret: true, set: true, value: '' }],
    }),
    server('slack', 'Slack', 'chat', {
      publisher: 'korotovsky',
      status: 'needs-key',
      apps: ['claude-desktop'],
      checked: '',
      settings: [{ key: 'SLACK_TOKEN', label: 'Slack key', secret: true, set: false, value: '' }],
    }),
    server('files', 'Files', 'files', {
      listing: 'io.github.model-context-protocol/files',
      apps: ['claude-desktop', 'vscode'],
      sample: 'Which files changed in my Documents this week?',
      settings: [{ key: 'folder', label: 'Folder', secret: false, set: true, value: '/home/maria/Documents' }],
    }),
    server('github', 'GitHub', 'coding', {
      publisher: 'GitHub',
      listing: 'io.github.github/github',
      apps: ['claude-code', 'vscode'],
      settings: [{ key: 'GITHUB_TOKEN', label: 'GitHub key', secret: true, set: true, value: '' }],
    }),
    server('google-calendar', 'Google Calendar', 'calendar', { publisher: 'nspady', apps: ['claude-desktop'] }),
    server('memory', 'Memory', 'ai', { apps: ['claude-code'], checked: ago(day + 2 * hour) }),
    server('weather', 'Weather', 'science', { publisher: 'team-12', status: 'untested', tools: [], checked: '' }),
  ]
}

export const notionInputs: InputField[] = [
  {
    key: 'NOTION_TOKEN',
    label: 'Notion key',
    description: 'Make it in Notion and choose which pages it may see.',
    required: true,
    secret: true,
    format: 'string',
    default: '',
    placeholder: 'ntn_…',
    choices: [],
    link: 'https://www.notion.so/my-integrations',
  },
  {
    key: 'DOWNLOADS',
    label: 'Folder for downloads',
    description: 'Where files from your pages are put.',
    required: true,
    secret: false,
    format: 'folder',
    default: '',
    placeholder: '',
    choices: [],
    link: '',
  },
  {
    key: 'PAGE_SIZE',
    label: 'Results per search',
    description: '',
    required: false,
    secret: false,
    format: 'number',
    default: '25',
    placeholder: '',
    choices: [],
    link: '',
  },
  {
    key: 'READ_ONLY',
    label: 'Only read, never change pages',
    description: '',
    required: false,
    secret: false,
    format: 'boolean',
    default: 'false',
    placeholder: '',
    choices: [],
    link: '',
  },
  {
    key: 'REGION',
    label: 'Region',
    description: '',
    required: false,
    secret: false,
    format: 'string',
    default: 'eu',
    placeholder: '',
    choices: ['eu', 'us'],
    link: '',
  },
]

/** A unified diff as the Go side makes it: the new entry after the last one. */
export function addedDiff(id: string): string {
  return [
    '--- before',
    '+++ after',
    '@@ -6,5 +6,9 @@',
    '   "mcpServers": {',
    '     "github": { "command": "/home/maria/.toolbay/bin/toolbay", "args": ["run", "github"] },',
    '-    "memory": { "command": "/home/maria/.toolbay/bin/toolbay", "args": ["run", "memory"] }',
    '+    "memory": { "command": "/home/maria/.toolbay/bin/toolbay", "args": ["run", "memory"] },',
    `+    "${id}": {`,
    '+      "command": "/home/maria/.toolbay/bin/toolbay",',
    `+      "args": ["run", "${id}"]`,
    '+    }',
    '   }',
    ' }',
    '',
  ].join('\n')
}

export function removedDiff(id: string): string {
  return addedDiff(id)
    .split('\n')
    .map((l) => {
      if (l.startsWith('@@')) return '@@ -6,9 +6,5 @@'
      if (l.startsWith('+ ')) return l.replace('+', '-')
      if (l.startsWith('- ')) return l.replace('-', '+')
      return l
    })
    .join('\n')
}

export function makeHistory(): ChangeView[] {
  const change = (id: string, at: number, kind: string, title: string, more: Partial<ChangeView> = {}): ChangeView => ({
    id,
    time: ago(at),
    kind,
    title,
    files: [{ path: '/home/maria/.claude.json', before: 'a1', after: 'b2' }],
    undoable: true,
    why_not: '',
    ...more,
  })
  return [
    change('c5', 20 * minute, 'connect', 'Memory added to Claude Code'),
    change('c4', 2 * hour, 'install', 'GitHub added to Claude Code and VS Code'),
    change('c3', 3 * hour, 'disconnect', 'Slack taken out of VS Code', { undoable: false, why_not: 'file_drifted' }),
    change('c2', day + hour, 'install', 'Files added to Claude Desktop and VS Code'),
    change('c1', day + 4 * hour, 'remove', 'Playwright removed from 2 apps'),
  ]
}

export function makeSettings(): SettingsView {
  return {
    theme: 'system',
    home: '/home/maria/.toolbay',
    version: '0.1.0',
    node_origin: 'https://nodejs.org/dist',
    registry: 'https://registry.modelcontextprotocol.io',
    keys: 'keychain',
    notes: [],
    sources: [
      { source: 'starter', name: 'Starter catalogue', enabled: true, listings: 64, synced: ago(9 * day), error: '' },
      {
        source: 'official',
        name: 'Official registry',
        enabled: true,
        listings: 2794,
        synced: ago(12 * minute),
        error: '',
      },
      {
        source: 'docker',
        name: 'Docker catalogue',
        enabled: true,
        listings: 317,
        synced: ago(26 * hour),
        error: 'The Docker catalogue did not answer today.',
      },
    ],
  }
}

export function makeFirstRun(apps: AppView[]): FirstRun {
  return {
    needed: false,
    apps,
    servers: [
      {
        name: 'Filesystem',
        detail: 'Documents, Projects',
        apps: ['claude-desktop', 'vscode'],
        readable_key: false,
        entries: 2,
      },
      { name: 'GitHub', detail: '', apps: ['claude-desktop', 'claude-code', 'vscode'], readable_key: true, entries: 3 },
      { name: 'Postgres', detail: '', apps: ['vscode'], readable_key: false, entries: 1 },
      { name: 'Playwright', detail: '', apps: ['vscode'], readable_key: false, entries: 1 },
      { name: 'Jira', detail: '', apps: ['claude-desktop'], readable_key: true, entries: 1 },
      { name: 'Memory', detail: '', apps: ['claude-code'], readable_key: false, entries: 1 },
    ],
  }
}
