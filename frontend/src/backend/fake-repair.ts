import type {
  AppView,
  Backend,
  Changed,
  Closing,
  DoctorCheck,
  DoctorView,
  ParkedView,
  RepairNote,
  RepairView,
} from './types'

const cursorFile = '/home/maria/.cursor/mcp.json'

/** Cursor's file as it stands in the fake: a missing comma, curly quotes, a choice and something only the user can do. */
export function makeChecks(): RepairView[] {
  const problem = { severity: 'error', server: '', mends: true } as const
  return [
    {
      app: 'cursor',
      name: 'Cursor',
      path: cursorFile,
      parses_before: false,
      parses_after: true,
      problems: [
        {
          ...problem,
          code: 'JSON_MISSING_COMMA',
          fix: 'safe',
          where: '5:24',
          line: 5,
          title: 'A comma is missing.',
          detail: 'Between two words of a list. Toolbay puts it in.',
        },
        {
          ...problem,
          code: 'JSON_SMART_QUOTES',
          fix: 'safe',
          where: '7:5',
          line: 7,
          title: 'Curly quotes stand where straight ones belong.',
          detail: 'They come from copying out of a text document. Toolbay makes them straight.',
        },
        {
          ...problem,
          code: 'JSON_DUPLICATE_KEY',
          fix: 'confirm',
          where: '9:5',
          line: 9,
          title: 'Two servers have the same name.',
          detail: 'The app uses only one of them. Toolbay keeps both under two names.',
        },
        {
          ...problem,
          mends: false,
          code: 'RT_PLACEHOLDER_SECRET',
          severity: 'warn',
          fix: 'never',
          server: 'postgres',
          where: '/mcpServers/postgres/env/KEY',
          line: 0,
          title: 'A key is not filled in.',
          detail: 'Replace the example text with your own key.',
        },
      ],
      files: [
        {
          path: cursorFile,
          shown: '~/.cursor/mcp.json',
          creates: false,
          removes: false,
          diff: [
            '@@ -4,6 +4,6 @@',
            '       "command": "npx",',
            '-      "args": ["-y" "server-filesystem@2.1.0"]',
            '+      "args": ["-y", "server-filesystem@2.1.0"]',
            '     },',
            '-    “postgres”: {',
            '+    "postgres": {',
            '       "command": "toolbay",',
            '-    "postgres": {',
            '+    "postgres-2": {',
          ].join('\n'),
        },
      ],
      servers: 3,
      notes: [],
      copy: null,
      report: 'Cursor: 4 problems',
    },
  ]
}

type World = {
  state: { apps: AppView[]; checks: RepairView[]; parked: ParkedView[]; notes: RepairNote[]; doctor: DoctorView }
  answer: <T>(method: keyof Backend, args: unknown[], value: () => T) => Promise<T>
  record: (kind: string, title: string) => string
  changed: (what: Changed) => void
  mayWrite: (apps: string[], closing: Closing) => void
}

const check = (c: Partial<DoctorCheck> & Pick<DoctorCheck, 'area' | 'title'>): DoctorCheck => ({
  id: '',
  name: '',
  code: '',
  state: 'ok',
  file: '',
  where: '',
  detail: '',
  command: '',
  ...c,
})

/** One broken file, one server without its key, one list that did not answer; the rest is in order. */
export const makeDiagnosis = (): DoctorView => ({
  healthy: false,
  attention: 2,
  checks: [
    check({
      area: 'apps',
      id: 'cursor',
      name: 'Cursor',
      code: 'JSON_MISSING_COMMA',
      state: 'attention',
      file: '/home/maria/.cursor/mcp.json',
      where: '5:17',
      title: 'A comma is missing',
      detail: 'Cursor reads nothing after this place.',
      command: 'toolbay repair cursor',
    }),
    check({ area: 'apps', id: 'zed', name: 'Zed', title: 'Zed: nothing wrong (2 servers)' }),
    check({
      area: 'servers',
      id: 'github',
      name: 'GitHub',
      code: 'needs-key',
      state: 'attention',
      title: 'GitHub needs a key',
      command: 'toolbay keys',
    }),
    check({ area: 'keys', title: 'The place for keys can be used' }),
    check({
      area: 'sources',
      id: 'docker',
      name: 'Docker',
      code: 'source_down',
      state: 'advice',
      title: 'Docker did not answer the last time',
      command: 'toolbay sync docker',
    }),
  ],
  report: 'WRONG apps A comma is missing',
})

type Methods = Pick<
  Backend,
  | 'checkApps'
  | 'previewRepair'
  | 'repair'
  | 'proveEntries'
  | 'parked'
  | 'forgetParked'
  | 'repairNotes'
  | 'doctor'
  | 'stopDoctor'
>

/** The fake's repair: what it mends is gone from the list, and the app reads its file. */
export function fakeRepair({ state, answer, record, changed, mayWrite }: World): Methods {
  const of = (path: string): RepairView => {
    const view = state.checks.find((v) => v.path === path)
    if (!view) throw new Error(`no problem in ${path}`)
    return view
  }
  return {
    checkApps: () => answer('checkApps', [], () => state.checks),
    previewRepair: (app, path, sureOnly) =>
      answer('previewRepair', [app, path, sureOnly], () => {
        const view = of(path)
        return sureOnly ? { ...view, parses_after: false } : view
      }),
    repair: (id, path, sureOnly, closing) =>
      answer('repair', [id, path, sureOnly, closing], () => {
        const view = of(path)
        mayWrite([view.app], closing)
        const app = state.apps.find((a) => a.id === view.app)
        if (app) app.files = app.files.map(({ problem: _, ...f }) => ({ ...f, health: 'ok' }))
        state.checks = state.checks.filter((v) => v.path !== path)
        changed('apps')
        return {
          change: record('repair', `${view.name}’s file repaired`),
          files: view.files,
          restart: [{ app: view.app, name: view.name, text: 'Cursor notices it by itself.' }],
        }
      }),
    parked: () => answer('parked', [], () => state.parked),
    forgetParked: (id) =>
      answer('forgetParked', [id], () => {
        state.parked = state.parked.filter((p) => p.id !== id)
        changed('servers')
      }),
    repairNotes: (app) => answer('repairNotes', [app], () => state.notes),
    doctor: () => answer('doctor', [], () => state.doctor),
    stopDoctor: () => answer('stopDoctor', [], () => undefined),
    proveEntries: (app, path) =>
      answer('proveEntries', [app, path], () => [
        { name: 'filesystem', ok: true, tools: 14 },
        {
          name: 'postgres',
          ok: false,
          tools: 0,
          problem: {
            code: 'start_refused',
            message: 'postgres was started but answers with an error.',
            hint: 'Often a key is wrong.',
            action: '',
            detail: '',
            args: {},
          },
        },
      ]),
  }
}
