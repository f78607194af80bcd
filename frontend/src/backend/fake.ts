import { fakeAdopt, makeAdoptables } from './fake-adopt'
import {
  addedDiff,
  ago,
  fileDiff,
  makeApps,
  makeDifference,
  makeDisk,
  makeExtensions,
  makeFacts,
  makeFirstRun,
  makeHistory,
  makeListings,
  makeOrigins,
  makePasted,
  makeRecords,
  makeServers,
  makeSettings,
  makeTrash,
  makeUpdates,
  notionInputs,
  removedDiff,
} from './fake-data'
import { fakeProfiles, makeOffer, makeProfiles, makeProject } from './fake-profiles'
import { fakeRepair, makeChecks, makeDiagnosis } from './fake-repair'
import type {
  Adoptable,
  AppView,
  Backend,
  BackupFile,
  Changed,
  ChangeView,
  Closing,
  Copies,
  Difference,
  DiskPart,
  DoctorView,
  ExtensionView,
  FirstRun,
  InputField,
  InstallOffer,
  InstallRequest,
  InstallResult,
  JobView,
  Listing,
  NoticeView,
  Opening,
  ParkedView,
  PasteItem,
  ProfileDetail,
  ProfileOffer,
  Progress,
  ProjectView,
  RepairNote,
  RepairView,
  SearchPage,
  SearchQuery,
  ServerView,
  SettingsView,
  Sort,
  SourceView,
  Trashed,
  UpdateRequest,
  UpdateResult,
  UpdateView,
  VerifyResult,
  Way,
  Words,
} from './types'

/** What the fake holds; a test may give its own. */
export type FakeState = {
  listings: Listing[]
  apps: AppView[]
  servers: ServerView[]
  history: ChangeView[]
  settings: SettingsView
  firstRun: FirstRun
  inputs: Record<string, InputField[]>
  offer: InstallOffer
  keysProblem: Words | undefined
  /** kinds of packages that can be installed */
  kinds: string[]
  /** why nothing can be shown */
  failure: Words | null
  /** words an install ends with, by listing id */
  installFails: Record<string, Words>
  disk: DiskPart[]
  /** words a sign-in ends with, by server */
  signInFails: Record<string, Words>
  extensions: ExtensionView[]
  updates: UpdateView[]
  /** what comparing finds, by server */
  differences: Record<string, Difference>
  /** words an update ends with, by server */
  updateFails: Record<string, Words>
  /** what is found in a pasted text */
  pasted: PasteItem[]
  opened: Opening[]
  jobs: JobView[]
  /** what the programs of each job print, by job */
  output: Record<string, string[]>
  /** what verify finds, by server */
  findings: Record<string, VerifyResult['findings']>
  trash: Trashed[]
  notices: NoticeView[]
  checks: RepairView[]
  parked: ParkedView[]
  notes: RepairNote[]
  doctor: DoctorView
  profiles: ProfileDetail[]
  backups: BackupFile[]
  adoptables: Adoptable[]
  /** words taking over ends with, by id */
  adoptFails: Record<string, Words>
  /** what a profile's file would bring */
  shared: ProfileOffer
  project: ProjectView
  /** words an import ends with until the risk is agreed to */
  importFails: Words | undefined
  /** older copies that hold keys */
  copies: Copies
  /** apps that run and would lose what is written */
  running: string[]
}

export type Fake = Backend & {
  state: FakeState
  /** every call, with its arguments */
  calls: { method: string; args: unknown[] }[]
  /** makes a method reject with these words until cleared with undefined */
  fail(method: keyof Backend, words: Words | undefined): void
  /** sends a job event, as the Go side would */
  sendJob(job: JobView): void
  /** the desktop asks Toolbay to open something */
  sendOpen(what: Opening): void
  sendDrop(paths: string[]): void
  changed(what: Changed): void
}

export type FakeOptions = Partial<FakeState> & {
  /** milliseconds one step of an install takes */
  step?: number
  /** milliseconds every answer takes */
  delay?: number
}

export const someWords = (more: Partial<Words> = {}): Words => ({
  code: 'registry_unreachable',
  message: 'The package service did not answer.',
  hint: 'Check the internet connection, then try again.',
  action: 'retry',
  detail: 'dial tcp: lookup failed',
  args: {},
  ...more,
})

const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms))
const copy = <T>(v: T): T => structuredClone(v)

/**
 * A backend without Go, for unit tests and for `npm run dev` in a browser. It
 * keeps its own little world: what is installed shows up in lists, apps and
 * history, and can be undone.
 */
export function makeFake(options: FakeOptions = {}): Fake {
  const { step = 0, delay = 0, ...given } = options
  const apps = given.apps ?? makeApps()
  const state: FakeState = {
    listings: makeListings(0),
    apps,
    servers: makeServers(),
    history: makeHistory(),
    settings: makeSettings(),
    firstRun: makeFirstRun(apps),
    inputs: {},
    offer: {
      version: '2.1.0',
      downloads: [
        { name: 'server', text: 'The server itself', bytes: 4_200_000 },
        { name: 'node', text: 'The program that runs it, kept inside Toolbay', bytes: 31_000_000 },
      ],
      bytes: 35_200_000,
      scripts: false,
      title: '',
      publisher: '',
      own_inputs: false,
      inputs: [],
      risks: [],
    },
    keysProblem: undefined,
    kinds: ['npm', 'pypi', 'oci', 'mcpb', 'remote', 'local'],
    failure: null,
    installFails: {},
    disk: makeDisk(),
    signInFails: {},
    extensions: makeExtensions(),
    updates: makeUpdates(),
    differences: { github: makeDifference() },
    updateFails: {},
    pasted: makePasted(),
    opened: [],
    jobs: [],
    output: {},
    findings: {},
    trash: makeTrash(),
    notices: [],
    checks: makeChecks(),
    parked: [],
    notes: [],
    doctor: makeDiagnosis(),
    backups: [],
    adoptables: makeAdoptables(),
    adoptFails: {},
    shared: makeOffer(),
    project: makeProject(),
    importFails: undefined,
    copies: { count: 0, files: [], still: [] },
    profiles: makeProfiles(given.servers ?? makeServers()),
    running: [],
    ...given,
  }
  const calls: Fake['calls'] = []
  const failing = new Map<string, Words>()
  const jobEars = new Set<(j: JobView) => void>()
  const changeEars = new Set<(what: never) => void>()
  const openEars = new Set<(what: Opening) => void>()
  const dropEars = new Set<(paths: string[]) => void>()
  const removed = new Map<string, ServerView[]>()
  const cancelled = new Set<string>()
  let next = 1

  async function answer<T>(method: keyof Backend, args: unknown[], value: () => T): Promise<T> {
    calls.push({ method, args })
    if (delay > 0) await sleep(delay)
    const words = failing.get(method)
    if (words) throw words
    return copy(value())
  }

  const changed: Fake['changed'] = (what) => {
    for (const f of changeEars) f(what as never)
  }

  function sendJob(job: JobView): void {
    state.jobs = state.jobs.some((j) => j.id === job.id)
      ? state.jobs.map((j) => (j.id === job.id ? job : j))
      : [job, ...state.jobs]
    for (const f of jobEars) f(copy(job))
  }

  function record(kind: string, title: string): string {
    const id = `f${next++}`
    state.history = [
      {
        id,
        time: ago(0),
        kind,
        title,
        files: [{ path: '/home/maria/.claude.json', before: 'a', after: 'b' }],
        undoable: true,
        why_not: '',
      },
      ...state.history,
    ]
    changed('history')
    return id
  }

  /** Asks about apps that run, as the Go side does before it writes. */
  function mayWrite(apps: string[], closing: Closing): void {
    const open = apps.filter((id) => state.running.includes(id))
    if (open.length === 0 || closing === 'write') return
    if (closing === 'close') {
      state.running = state.running.filter((id) => !apps.includes(id))
      return
    }
    throw someWords({
      code: 'consent_needed',
      message: 'Toolbay needs your yes first.',
      hint: '',
      action: '',
      needs: open.map((id) => ({
        kind: 'close',
        name: id,
        text: `${appName(id)} is running and writes this file from memory.`,
        flag: '--close-app',
      })),
    })
  }

  const appName = (id: string) => state.apps.find((a) => a.id === id)?.name ?? id
  const findListing = (id: string) => state.listings.find((l) => l.id === id)
  const serverName = (l: Listing | undefined, ref: string) =>
    (l?.title ?? ref)
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 20)

  function put(app: string, server: string): void {
    const a = state.apps.find((x) => x.id === app)
    a?.servers.push({
      name: server,
      server,
      command: `toolbay run ${server}`,
      url: '',
      enabled: true,
      readable_keys: 0,
      ours: true,
    })
    const s = state.servers.find((x) => x.id === server)
    if (s && !s.apps.includes(app)) s.apps.push(app)
  }

  function take(app: string, server: string): void {
    const a = state.apps.find((x) => x.id === app)
    if (a) a.servers = a.servers.filter((e) => e.server !== server)
    const s = state.servers.find((x) => x.id === server)
    if (s) s.apps = s.apps.filter((x) => x !== app)
  }

  const waysOf = (l: Listing): Way[] =>
    l.packages.map((p, index) => {
      const usable = l.installable && state.kinds.includes(p.type)
      return {
        index,
        type: p.type,
        identifier: p.identifier,
        version: p.version,
        usable,
        recommended: usable && index === 0,
        why: p.type,
        because: usable && index === 0 ? 'works-in-all-apps' : '',
      }
    })
  const refType = (ref: string) => /^(npm|pypi|oci|mcpb|remote):/.exec(ref)?.[1] ?? 'npm'

  async function runInstall(job: JobView, req: InstallRequest): Promise<void> {
    const l = findListing(req.ref)
    const stages: Progress[] = [
      { stage: 'resolve', done: 0, total: 0, unit: '' },
      ...[0, 0.4, 0.8, 1].map((f) => ({ stage: 'runtime', done: f * 31e6, total: 31e6, unit: 'bytes' as const })),
      ...[0, 0.5, 1].map((f) => ({ stage: 'download', done: f * 4.2e6, total: 4.2e6, unit: 'bytes' as const })),
      { stage: 'prepare', done: 0, total: 0, unit: '' },
      { stage: 'hello', done: 0, total: 0, unit: '' },
      { stage: 'apps', done: 0, total: req.apps.length, unit: 'items' },
    ]
    let now = job
    for (const progress of stages) {
      await sleep(step)
      if (cancelled.has(job.id)) return sendJob({ ...now, state: 'cancelled' })
      const words = state.installFails[req.ref]
      if (words && progress.stage === 'hello') return sendJob({ ...now, state: 'failed', error: words })
      now = { ...now, progress }
      sendJob(now)
    }
    await sleep(step)
    const server = req.name || serverName(l, req.ref)
    const names = req.apps.map(appName)
    const view: ServerView = {
      id: server,
      title: l?.title ?? req.ref,
      version: '2.1.0',
      publisher: l?.publisher ?? '',
      category: l?.category ?? '',
      package: l?.packages[req.package] ?? { type: 'npm', identifier: req.ref, version: '2.1.0' },
      listing: req.ref,
      status: 'ok',
      alert: null,
      log: '',
      tools: l?.tools ?? [],
      costs: (l?.tools ?? []).map(() => 120),
      apps: [],
      profiles: [],
      installed: ago(0),
      checked: ago(0),
      sample: l?.sample ?? '',
      settings: [],
      account: '',
      signed_in: false,
      adopted: false,
    }
    state.servers = [...state.servers, view]
    for (const app of req.apps) put(app, server)
    const result: InstallResult = {
      server,
      title: view.title,
      version: view.version,
      tools: view.tools.map((t) => t.name),
      apps: req.apps,
      change: req.apps.length > 0 ? record('install', `${view.title} added to ${names.join(' and ')}`) : '',
      hello_ms: 812,
      restart: req.apps.map((id) => ({
        app: id,
        name: appName(id),
        text: state.apps.find((a) => a.id === id)?.restart ?? '',
      })),
      sample: view.sample,
    }
    sendJob({ ...now, state: 'done', result })
    changed('servers')
    changed('apps')
  }

  const titleOf = (id: string) => state.servers.find((s) => s.id === id)?.title ?? id

  function result(id: string, from: string, to: string): UpdateResult {
    const difference = state.differences[id] ?? { ...makeDifference(), added: [], removed: [], reworded: [], risks: [] }
    return {
      server: id,
      title: titleOf(id),
      from,
      to,
      newest: false,
      difference: { ...difference, from, to },
      change: '',
      freed_bytes: 0,
      earlier: from,
      trashed: [],
    }
  }

  /** Applying asks about each risk until it is agreed to, as the Go side does. */
  function updated(req: UpdateRequest, apply: boolean): UpdateResult {
    const words = state.updateFails[req.server]
    if (words) throw words
    const u = state.updates.find((x) => x.server === req.server)
    const has = state.servers.find((x) => x.id === req.server)?.version ?? ''
    const r = req.again ? result(req.server, has, has) : result(req.server, u?.version ?? '', u?.newer ?? '')
    if (req.again)
      r.difference = { ...makeDifference(), from: has, to: has, added: [], removed: [], reworded: [], risks: [] }
    if (!apply) return r
    if (r.difference.risks.length > 0 && !req.accept_risk)
      throw someWords({
        code: 'consent_needed',
        message: 'Toolbay needs your yes first.',
        needs: r.difference.risks.map((risk) => ({
          kind: 'risk',
          name: risk,
          text: 'Its tools say something else now.',
          flag: '--accept-risk',
        })),
      })
    if (u && !req.again) Object.assign(u, { state: 'current', version: u.newer, newer: '', earlier: u.version })
    const s = state.servers.find((x) => x.id === req.server)
    if (s) s.version = r.to
    r.change = record('update', `${r.title} updated`)
    changed('servers')
    changed('updates')
    return r
  }

  function runUpdate(kind: string, title: string, subject: string, work: () => UpdateResult | undefined): string {
    const job: JobView = {
      id: `job-${next++}`,
      kind,
      title,
      subject,
      state: 'running',
      progress: { stage: 'download', done: 0, total: 0, unit: '' },
      started: ago(0),
    }
    sendJob(job)
    void sleep(step * 2).then(() => {
      try {
        const update = work()
        sendJob({ ...job, state: 'done', ...(update ? { update } : {}) })
      } catch (error) {
        sendJob({ ...job, state: 'failed', error: error as Words })
      }
    })
    return job.id
  }

  const diskOf = (parts: DiskPart[]) => ({
    total: parts.reduce((n, p) => n + p.bytes, 0),
    free: parts.reduce((n, p) => n + (p.used ? 0 : p.bytes), 0),
    parts,
  })

  function findPage(q: SearchQuery): SearchPage {
    const words = q.text.toLowerCase().split(/\s+/).filter(Boolean)
    const installed = (l: Listing) => state.servers.filter((s) => s.listing === l.id).map((s) => s.id)
    const hits = state.listings.filter((l) =>
      words.every((w) => `${l.title} ${l.name} ${l.description} ${l.publisher}`.toLowerCase().includes(w)),
    )
    const passes: Record<string, (l: Listing) => boolean> = {
      'no-key': (l) => l.needs === 'nothing' || l.needs === 'folder',
      'no-docker': (l) => l.packages.some((p) => p.type !== 'oci'),
      'official-publisher': (l) => l.vendor,
      remote: (l) => l.packages.some((p) => p.type === 'remote'),
      local: (l) => l.packages.some((p) => p.type !== 'remote'),
      'my-apps': (l) => l.installable,
      linux: () => true,
      darwin: () => true,
      windows: (l) => l.packages.some((p) => p.type !== 'oci'),
    }
    const shown = hits.filter(
      (l) =>
        (q.category === '' ||
          q.category === l.category ||
          (q.category === 'for-you' && l.sources.includes('starter'))) &&
        (q.source === '' || l.sources.includes(q.source)) &&
        q.filters.every((f) => passes[f]?.(l) ?? false),
    )
    const order: Record<Sort, ((a: Listing, b: Listing) => number) | undefined> = {
      '': undefined,
      popular: (a, b) => b.downloads - a.downloads,
      updated: (a, b) => b.updated.localeCompare(a.updated),
      name: (a, b) => a.title.localeCompare(b.title),
    }
    const by = order[q.sort]
    if (by) shown.sort(by)
    const count = (of: (l: Listing) => string[]) => {
      const out: Record<string, number> = {}
      for (const l of hits) for (const k of of(l)) out[k] = (out[k] ?? 0) + 1
      return out
    }
    return {
      total: Math.min(shown.length, 1000),
      more: shown.length > 1000,
      took_ms: 1.2,
      results: shown.slice(q.offset, q.offset + q.limit).map((l) => ({ ...l, installed: installed(l) })),
      facets: {
        all: hits.length,
        categories: count((l) => [l.category]),
        sources: count((l) => l.sources),
        filters: Object.fromEntries(Object.entries(passes).map(([name, of]) => [name, hits.filter(of).length])),
      },
    }
  }

  const fake: Fake = {
    state,
    calls,
    fail: (method, words) => {
      if (words) failing.set(method, words)
      else failing.delete(method)
    },
    sendJob,
    changed,
    sendOpen: (what) => {
      for (const f of openEars) f(what)
    },
    sendDrop: (paths) => {
      for (const f of dropEars) f(paths)
    },

    failure: () => answer('failure', [], () => state.failure),

    search: (q) => answer('search', [q], () => findPage(q)),
    listing: (id) =>
      answer('listing', [id], () => {
        const l = findListing(id)
        if (!l)
          throw someWords({
            code: 'listing_unknown',
            message: 'This server is not in the lists any more.',
            hint: 'Search for it by name.',
            action: '',
          })
        return {
          listing: { ...l, installed: state.servers.filter((s) => s.listing === id).map((s) => s.id) },
          ways: waysOf(l),
          facts: makeFacts(l, state.settings.sources),
          records: makeRecords(l, state.settings.sources),
          origins: makeOrigins(l, state.settings.sources),
          age: state.settings.sources.filter((s) => l.sources.includes(s.source)),
        }
      }),

    installForm: (ref, pack) =>
      answer('installForm', [ref, pack], () => {
        const l = findListing(ref)
        const server = serverName(l, ref)
        return {
          ref,
          package: Math.max(0, pack),
          server,
          title: l?.title ?? ref,
          publisher: l?.publisher ?? '',
          category: l?.category ?? '',
          type: l?.packages[Math.max(0, pack)]?.type ?? refType(ref),
          sign_in: l?.needs === 'sign-in',
          ways: l ? waysOf(l) : [],
          caution: l?.caution ?? '',
          inputs: state.inputs[ref] ?? (l?.title === 'Notion' ? notionInputs : []),
          apps: state.apps.map((a) => {
            const problem = a.files.find((f) => f.problem)?.problem
            return {
              id: a.id,
              name: a.name,
              found: a.found,
              usable: a.found && !problem,
              problem,
              changes: a.found && !problem ? [fileDiff(a.files[0]?.path ?? '', addedDiff(server))] : [],
              restart: a.restart,
            }
          }),
          keys: { where: state.settings.keys, problem: state.settings.keys === 'file' ? undefined : state.keysProblem },
        }
      }),
    installOffer: (ref, pack) => answer('installOffer', [ref, pack], () => state.offer),
    fetchBundle: (ref, pack) => answer('fetchBundle', [ref, pack], () => undefined),
    install: (req) =>
      answer('install', [req], () => {
        mayWrite(req.apps, req.closing)
        const id = `job-${next++}`
        const job: JobView = {
          id,
          kind: 'install',
          title: findListing(req.ref)?.title ?? req.ref,
          subject: req.ref,
          state: 'running',
          progress: { stage: '', done: 0, total: 0, unit: '' },
          started: ago(0),
        }
        sendJob(job)
        void runInstall(job, req)
        return id
      }),
    jobs: () => answer('jobs', [], () => state.jobs),
    jobOutput: (id) => answer('jobOutput', [id], () => state.output[id] ?? []),
    cancelJob: (id) =>
      answer('cancelJob', [id], () => {
        cancelled.add(id)
      }),

    servers: () => answer('servers', [], () => state.servers),
    testServer: (id) =>
      answer('testServer', [id], () => {
        const s = state.servers.find((x) => x.id === id)
        if (s && s.status === 'untested') s.status = 'ok'
        if (s) s.checked = ago(0)
        changed('servers')
        return {
          server: id,
          ok: s?.status === 'ok',
          protocol: '2025-11-25',
          tools: s?.tools.map((t) => t.name) ?? [],
          took_ms: 640,
          error: s?.problem,
          log: s?.log ?? '',
        }
      }),
    removeServers: (ids, keys, closing) =>
      answer('removeServers', [ids, keys, closing], () => {
        const gone = state.servers.filter((s) => ids.includes(s.id))
        const appsHit = [...new Set(gone.flatMap((s) => s.apps))]
        mayWrite(appsHit, closing)
        const before = copy(gone)
        for (const s of gone) for (const app of [...s.apps]) take(app, s.id)
        state.servers = state.servers.filter((s) => !ids.includes(s.id))
        const change = record('remove', `${before.map((s) => s.title).join(', ')} removed`)
        removed.set(change, before)
        changed('servers')
        return {
          removed: ids,
          apps: appsHit,
          freed_bytes: 5_000_000,
          later_bytes: 4_200_000,
          change,
          runtimes: [],
          keys: keys ? ids : [],
        }
      }),
    verifyServers: (ids) =>
      answer('verifyServers', [ids], () =>
        state.servers
          .filter((s) => ids.length === 0 || ids.includes(s.id))
          .map((s) => {
            const findings = state.findings[s.id] ?? []
            const wrong = findings.some((f) => f.code !== 'image_unknown')
            return {
              server: s.id,
              title: s.title,
              version: s.version,
              state: wrong ? ('wrong' as const) : findings.length > 0 ? ('unknown' as const) : ('ok' as const),
              files: s.package.type === 'remote' ? 0 : 214,
              findings,
            }
          }),
      ),

    signIn: (id, acceptRisk) =>
      answer('signIn', [id, acceptRisk], () => {
        const job: JobView = {
          id: `job-${next++}`,
          kind: 'sign-in',
          title: titleOf(id),
          subject: id,
          state: 'running',
          progress: { stage: 'signin', done: 0, total: 0, unit: '' },
          started: ago(0),
        }
        sendJob(job)
        void sleep(step * 3).then(() => {
          if (cancelled.has(job.id)) return sendJob({ ...job, state: 'cancelled' })
          const words = state.signInFails[id]
          if (words) return sendJob({ ...job, state: 'failed', error: words })
          for (const s of state.servers)
            if (s.id === id) Object.assign(s, { status: 'ok', problem: undefined, signed_in: true })
          sendJob({ ...job, state: 'done' })
          changed('servers')
        })
        return job.id
      }),
    signOut: (id) =>
      answer('signOut', [id], () => {
        for (const s of state.servers) if (s.id === id) Object.assign(s, { status: 'needs-sign-in', signed_in: false })
        changed('servers')
      }),
    showSignIn: () => answer('showSignIn', [], () => undefined),

    extensions: () => answer('extensions', [], () => state.extensions),
    updates: () => answer('updates', [], () => state.updates),
    checkUpdates: () => answer('checkUpdates', [], () => runUpdate('check', 'Newer versions', '', () => undefined)),
    prepareUpdate: (req) =>
      answer('prepareUpdate', [req], () =>
        runUpdate('compare', titleOf(req.server), req.server, () => updated(req, false)),
      ),
    applyUpdate: (req) => answer('applyUpdate', [req], () => updated(req, true)),
    updateServers: (ids) =>
      answer('updateServers', [ids], () =>
        ids.map((id) =>
          runUpdate('update', titleOf(id), id, () =>
            updated(
              { server: id, answers: {}, secrets: {}, allow_scripts: false, accept_risk: false, again: false },
              true,
            ),
          ),
        ),
      ),
    discardUpdate: (id) => answer('discardUpdate', [id], () => undefined),
    pin: (id, pinned) =>
      answer('pin', [id, pinned], () => {
        for (const u of state.updates) if (u.server === id) u.pinned = pinned
        changed('updates')
      }),
    rollback: (id) =>
      answer('rollback', [id], () => {
        const u = state.updates.find((x) => x.server === id)
        return {
          ...result(id, u?.version ?? '', u?.earlier ?? ''),
          change: record('rollback', `${titleOf(id)} went back`),
        }
      }),

    apps: () => answer('apps', [], () => state.apps),
    previewConnect: (app, servers) =>
      answer('previewConnect', [app, servers], () => ({
        change: '',
        files: servers.map((s) => fileDiff(state.apps.find((a) => a.id === app)?.files[0]?.path ?? '', addedDiff(s))),
        restart: [],
      })),
    previewDisconnect: (app, servers) =>
      answer('previewDisconnect', [app, servers], () => ({
        change: '',
        files: servers.map((s) => fileDiff(state.apps.find((a) => a.id === app)?.files[0]?.path ?? '', removedDiff(s))),
        restart: [],
      })),
    connect: (app, servers, closing) =>
      answer('connect', [app, servers, closing], () => {
        mayWrite([app], closing)
        for (const s of servers) put(app, s)
        changed('apps')
        return { change: record('connect', `${servers.join(', ')} added to ${appName(app)}`), files: [], restart: [] }
      }),
    disconnect: (app, servers, closing) =>
      answer('disconnect', [app, servers, closing], () => {
        mayWrite([app], closing)
        for (const s of servers) take(app, s)
        changed('apps')
        return {
          change: record('disconnect', `${servers.join(', ')} taken out of ${appName(app)}`),
          files: [],
          restart: [],
        }
      }),

    keys: () =>
      answer('keys', [], () =>
        state.servers.flatMap((s) =>
          s.settings
            .filter((f) => f.secret)
            .map((f) => ({
              server: s.id,
              title: s.title,
              profile: '',
              name: f.key,
              label: f.label,
              set: f.set,
              link: '',
              where: state.settings.keys,
              apps: s.apps.map(appName),
            })),
        ),
      ),
    replaceKey: (server, profile, name, value) =>
      answer('replaceKey', [server, profile, name, value], () => {
        const s = state.servers.find((x) => x.id === server)
        for (const f of s?.settings ?? []) if (f.key === name) f.set = true
        if (s && (s.status === 'needs-key' || s.status === 'broken')) {
          s.status = 'ok'
          s.problem = undefined
        }
        changed('keys')
      }),
    removeKey: (server, profile, name) =>
      answer('removeKey', [server, profile, name], () => {
        const s = state.servers.find((x) => x.id === server)
        for (const f of s?.settings ?? []) if (f.key === name) f.set = false
        if (s) s.status = 'needs-key'
        changed('keys')
      }),

    history: () => answer('history', [], () => state.history),
    changeDiff: (id) => answer('changeDiff', [id], () => [fileDiff('/home/maria/.claude.json', addedDiff('memory'))]),
    undo: (id, closing) =>
      answer('undo', [id, closing], () => {
        const c = state.history.find((h) => h.id === id)
        if (c) c.undoable = false
        state.trash = state.trash.filter((x) => x.change !== id)
        const back = removed.get(id)
        if (back) {
          state.servers = [...state.servers, ...back]
          for (const s of back) for (const app of s.apps) put(app, s.id)
        }
        changed('servers')
        changed('apps')
        return { change: record('undo', `Undone: ${c?.title ?? id}`), files: [], restart: [] }
      }),

    backups: (app) =>
      answer('backups', [app], () => {
        const files = state.backups.filter((f) => f.apps.includes(app))
        return { files, bytes: files.reduce((n, f) => n + f.bytes, 0) }
      }),
    previewRestore: (file, version) =>
      answer('previewRestore', [file, version], () => ({
        change: '',
        files: [fileDiff(file, removedDiff('memory'))],
        restart: [],
      })),
    restore: (file, version, agreed, closing) =>
      answer('restore', [file, version, agreed, closing], () => {
        const found = state.backups.find((f) => f.path === file)
        mayWrite(found?.apps ?? [], closing)
        for (const v of found?.versions ?? []) v.stands = v.id === version
        return { change: record('restore', 'An earlier copy'), files: [], restart: [] }
      }),
    ...fakeAdopt({ state, step, answer, record, changed, mayWrite, sendJob }),
    ...fakeProfiles({ state, step, answer, record, changed, mayWrite, sendJob }),
    ...fakeRepair({ state, answer, record, changed, mayWrite }),
    notices: () => answer('notices', [], () => state.notices),
    putBack: (ids, closing) =>
      answer('putBack', [ids, closing], () => {
        const back = state.notices.filter((n) => ids.includes(n.id))
        mayWrite(
          back.map((n) => n.app),
          closing,
        )
        for (const n of back) for (const s of n.servers) put(n.app, s)
        state.notices = state.notices.filter((n) => !ids.includes(n.id))
        changed('notices')
        changed('apps')
        return { change: record('put-back', `${back.map((n) => n.name).join(', ')} put back`), files: [], restart: [] }
      }),
    keepNotice: (id) =>
      answer('keepNotice', [id], () => {
        state.notices = state.notices.filter((n) => n.id !== id)
        changed('notices')
      }),

    settings: () => answer('settings', [], () => state.settings),
    setSetting: (name, value) =>
      answer('setSetting', [name, value], () => {
        const s = state.settings
        if (name === 'theme' && (value === 'system' || value === 'light' || value === 'dark')) s.theme = value
        if (name === 'node_origin') s.node_origin = value
        if (name === 'updates') s.updates = value !== 'off'
        if (name === 'uv_origin') s.uv_origin = value
        if (name === 'python_origin') s.python_origin = value
        if (name === 'registry') s.registry = value
        if (name === 'keys') s.keys = value
        if (name === 'adopt_note') s.adopt_note = value
        const source = s.sources.find((x) => name === `source.${x.source}`)
        if (source) source.enabled = value === 'true'
        changed('settings')
      }),
    sync: (source) =>
      answer('sync', [source], () => {
        const id = `job-${next++}`
        const job: JobView = {
          id,
          kind: 'sync',
          title: 'Lists',
          subject: source,
          state: 'running',
          progress: { stage: 'sync', done: 0, total: 3, unit: 'items' },
          started: ago(0),
        }
        sendJob(job)
        void sleep(step * 3).then(() => {
          for (const s of state.settings.sources)
            if (source === '' || s.source === source) Object.assign(s, { synced: ago(0), error: '' })
          sendJob({ ...job, state: 'done' })
          changed('catalogue')
        })
        return id
      }),
    testRegistry: (spec) =>
      answer('testRegistry', [spec], () =>
        spec.url.includes('nobody')
          ? {
              ok: false,
              servers: 0,
              more: false,
              error: someWords({ code: 'source_unreachable', message: 'Nothing answers there.' }),
            }
          : { ok: true, servers: 12, more: false, error: null },
      ),
    addRegistry: (spec) =>
      answer('addRegistry', [spec], () => {
        const host = new URL(spec.url).host
        const added: SourceView = {
          source: `reg-${host.replace(/[^a-z0-9]+/g, '-')}`,
          kind: 'private',
          name: spec.name || host,
          badge: spec.badge,
          about: host,
          site: '',
          enabled: true,
          allowed: true,
          managed: false,
          needs_key: spec.key !== '',
          key_set: spec.key !== '',
          curated: false,
          enriches: false,
          listings: 0,
          unreadable: 0,
          synced: null,
          error: '',
        }
        state.settings.sources = [added, ...state.settings.sources]
        changed('settings')
        return added
      }),
    removeSource: (id) =>
      answer('removeSource', [id], () => {
        state.settings.sources = state.settings.sources.filter((s) => s.source !== id)
        changed('catalogue')
      }),
    setSourceKey: (id, value) =>
      answer('setSourceKey', [id, value], () => {
        const s = state.settings.sources.find((x) => x.source === id)
        if (s) s.key_set = value !== ''
        changed('settings')
      }),
    orderSources: (ids) =>
      answer('orderSources', [ids], () => {
        const { sources } = state.settings
        state.settings.sources = ids.flatMap((id) => sources.filter((s) => s.source === id))
        changed('catalogue')
      }),
    importFile: () => answer('importFile', [], () => ({ source: 'file', kept: 12 })),

    disk: () => answer('disk', [], () => diskOf(state.disk)),
    cleanDisk: (trash) =>
      answer('cleanDisk', [trash], () => {
        const before = diskOf(state.disk).total
        state.disk = state.disk.filter((p) => p.used && !(trash && p.kind === 'trash'))
        if (trash) state.trash = []
        changed('settings')
        return before - diskOf(state.disk).total
      }),

    trash: () => answer('trash', [], () => state.trash),
    openTrash: (id) => answer('openTrash', [id], () => undefined),

    firstRun: () => answer('firstRun', [], () => state.firstRun),
    finishFirstRun: () =>
      answer('finishFirstRun', [], () => {
        state.firstRun.needed = false
      }),

    opened: () => answer('opened', [], () => state.opened),
    openFiles: (paths) =>
      answer('openFiles', [paths], () =>
        paths.filter((p) => /\.(mcpb|dxt)$/.test(p)).map((p) => ({ ref: `mcpb:${p}`, kind: 'file' })),
      ),
    paste: (text) =>
      answer('paste', [text], () => ({ items: /npx|"mcpServers"|:\/\//.test(text) ? state.pasted : [] })),

    pickFolder: (title) => answer('pickFolder', [title], () => '/home/maria/Documents/Notion files'),
    pickFile: (title) => answer('pickFile', [title], () => '/home/maria/Documents/shop.db'),
    openLink: (url) => answer('openLink', [url], () => undefined),

    on: (event: 'job' | 'changed' | 'open' | 'drop', f: (data: never) => void) => {
      const ears = { job: jobEars, changed: changeEars, open: openEars, drop: dropEars }[event] as Set<
        (data: never) => void
      >
      ears.add(f)
      return () => ears.delete(f)
    },
  }
  return fake
}
