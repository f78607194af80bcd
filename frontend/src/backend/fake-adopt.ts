import { addedDiff, ago, fileDiff } from './fake-data'
import type { Adoptable, AppView, Backend, Copies, JobView, ServerView, Words } from './types'

const words = (code: string, message: string, hint: string): Words => ({
  code,
  message,
  hint,
  action: '',
  detail: '',
  args: {},
})

/** Servers that somebody typed into the apps: two with keys, one that cannot be taken over. */
export function makeAdoptables(): Adoptable[] {
  const make = (id: string, title: string, apps: string[], more: Partial<Adoptable> = {}): Adoptable => ({
    id,
    name: id,
    title,
    publisher: '',
    kind: 'npm',
    package: { type: 'npm', identifier: `@acme/${id}`, version: '' },
    known: '',
    apps,
    projects: [],
    keys: [],
    warnings: [],
    problem: null,
    ...more,
  })
  return [
    make('filesystem', 'Filesystem', ['claude-desktop', 'vscode'], { publisher: 'Model Context Protocol' }),
    make('jira', 'Jira', ['claude-desktop', 'claude-code'], {
      keys: ['JIRA_TOKEN'],
      projects: ['/home/ann/work/shop'],
    }),
    make('search', 'Search', ['claude-desktop', 'claude-code', 'vscode'], {
      publisher: 'Brave',
      known: 'Brave Search',
      keys: ['BRAVE_API_KEY'],
    }),
    make('my-notes', 'My notes', ['vscode'], {
      problem: words(
        'entry_unclear',
        'Toolbay cannot tell what my-notes starts, so it leaves it as it is.',
        'It goes on working in the app as before.',
      ),
    }),
  ]
}

type Adopts = Pick<
  Backend,
  'adoptables' | 'previewAdopt' | 'adopt' | 'copiesWithKeys' | 'deleteCopies' | 'previewGiveBack' | 'giveBack'
>

type World = {
  state: {
    adoptables: Adoptable[]
    adoptFails: Record<string, Words>
    copies: Copies
    servers: ServerView[]
    apps: AppView[]
  }
  step: number
  answer<T>(method: keyof Backend, args: unknown[], value: () => T): Promise<T>
  record(kind: string, title: string): string
  changed(what: 'apps' | 'servers'): void
  mayWrite(apps: string[], closing: '' | 'close' | 'write'): void
  sendJob(job: JobView): void
}

const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms))

/** The fake's taking over and giving back. */
export function fakeAdopt({ state, step, answer, record, changed, mayWrite, sendJob }: World): Adopts {
  let next = 1
  const find = (id: string): Adoptable => {
    const a = state.adoptables.find((x) => x.id === id)
    if (!a) throw new Error(`nothing called ${id}`)
    return a
  }
  async function run(jobs: { job: JobView; of: Adoptable; agreed: boolean }[]): Promise<void> {
    for (const { job, of, agreed } of jobs) {
      for (const stage of ['resolve', 'download', 'hello', 'apps']) {
        await sleep(step)
        sendJob({ ...job, progress: { stage, done: 0, total: 0, unit: '' } })
      }
      await sleep(step)
      const failed = state.adoptFails[of.id]
      if (failed && !(agreed && failed.code === 'consent_needed')) {
        sendJob({ ...job, state: 'failed', error: failed })
        continue
      }
      state.adoptables = state.adoptables.filter((a) => a.id !== of.id)
      state.copies.count += of.keys.length
      sendJob({
        ...job,
        state: 'done',
        result: {
          server: of.id,
          title: of.title,
          version: '1.2.3',
          tools: ['search'],
          apps: of.apps,
          change: record('install', of.title),
          hello_ms: 640,
          restart: of.apps.map((app) => ({
            app,
            name: state.apps.find((a) => a.id === app)?.name ?? app,
            text: state.apps.find((a) => a.id === app)?.restart ?? '',
          })),
          sample: '',
        },
        adopted: { keys: of.keys },
      })
      changed('servers')
      changed('apps')
    }
  }
  return {
    adoptables: () => answer('adoptables', [], () => state.adoptables),
    previewAdopt: (req) =>
      answer('previewAdopt', [req], () => ({
        version: '1.2.3',
        files: find(req.id).apps.map((app) =>
          fileDiff(state.apps.find((a) => a.id === app)?.files[0]?.path ?? app, addedDiff(req.id)),
        ),
        inputs: [],
        risks: [],
      })),
    adopt: (reqs, closing) =>
      answer('adopt', [reqs, closing], () => {
        const all = reqs.map((r) => ({ of: find(r.id), agreed: r.accept_risk || r.allow_scripts }))
        mayWrite([...new Set(all.flatMap((a) => a.of.apps))], closing)
        const jobs = all.map(({ of, agreed }) => ({
          of,
          agreed,
          job: {
            id: `adopt-${next++}`,
            kind: 'adopt',
            title: of.title,
            subject: of.id,
            state: 'running' as const,
            progress: { stage: 'wait', done: 0, total: 0, unit: '' as const },
            started: ago(0),
          },
        }))
        for (const j of jobs) sendJob(j.job)
        void run(jobs)
        return jobs.map((j) => j.job.id)
      }),
    copiesWithKeys: (server) => answer('copiesWithKeys', [server], () => state.copies),
    deleteCopies: (server) =>
      answer('deleteCopies', [server], () => {
        const gone = state.copies
        state.copies = { count: 0, files: [], still: [] }
        return gone
      }),
    previewGiveBack: (server) =>
      answer('previewGiveBack', [server], () => ({
        files: [fileDiff('/home/maria/.claude.json', addedDiff(server))],
        restart: [{ app: 'claude-code', name: 'Claude Code', text: 'Sees the change at once.' }],
        risks: state.servers.some((s) => s.id === server && s.settings.some((x) => x.secret && x.set))
          ? [
              {
                code: 'readable-key',
                text: 'Claude Code keeps keys readable in its file. Giving its entry back puts the key there again.',
                command: '',
              },
            ]
          : [],
      })),
    giveBack: (server, agreed, closing) =>
      answer('giveBack', [server, agreed, closing], () => {
        const s = state.servers.find((x) => x.id === server)
        mayWrite(s?.apps ?? [], closing)
        if (s) Object.assign(s, { adopted: false, apps: [] })
        changed('servers')
        changed('apps')
        return { change: record('give-back', s?.title ?? server), files: [], restart: [] }
      }),
  }
}
