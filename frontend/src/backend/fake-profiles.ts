import { addedDiff, fileDiff } from './fake-data'
import type {
  AppView,
  Backend,
  JobView,
  ProfileDetail,
  ProfileOffer,
  ProfileResult,
  ProjectView,
  ServerView,
  Words,
} from './types'

/** A profile's file: one server is here already, one asks for a key, one cannot be had here. */
export function makeOffer(): ProfileOffer {
  const server = (name: string, title: string): ProfileOffer['servers'][number] => ({
    name,
    server: '',
    title,
    kind: 'npm',
    package: { type: 'npm', identifier: `@acme/${name}`, version: '1.2.3' },
    known: '',
    state: 'install',
    problem: null,
    inputs: [],
    warnings: [],
  })
  return {
    name: 'Acme shop',
    servers: [
      { ...server('files', 'Files'), server: 'files', state: 'here' },
      {
        ...server('tickets', 'Tickets'),
        inputs: [
          {
            key: 'tickets.TICKETS_KEY',
            label: 'Tickets key',
            description: '',
            required: true,
            secret: true,
            format: 'string',
            default: '',
            placeholder: '',
            choices: [],
            link: '',
            multiple: false,
            min: null,
            max: null,
            given: false,
          },
        ],
      },
      server('docs', 'Docs'),
    ],
    apps: ['claude-code'],
    missing: ['Zed'],
  }
}

/** A project with one file, which declares servers of its own. */
export function makeProject(): ProjectView {
  return {
    folder: '/home/maria/Documents/Notion files',
    profile: '',
    name: '',
    declares: true,
    files: [
      {
        path: '/home/maria/Documents/Notion files/.mcp.json',
        apps: ['claude-code'],
        health: 'ok',
        problem: null,
        servers: [
          {
            name: 'tickets',
            server: '',
            command: 'npx -y @acme/tickets@1.2.3',
            url: '',
            enabled: true,
            readable_keys: 0,
            ours: false,
          },
        ],
      },
    ],
  }
}

/** What the fake holds of a profile; room is counted from it. */
export function makeProfiles(servers: ServerView[]): ProfileDetail[] {
  const content = (s: ServerView, apps: string[], off: string[] = []) => ({
    server: s.id,
    title: s.title,
    apps: apps.filter((a) => !off.includes(a)),
    off,
    cannot: {},
    answers: {},
    keys: [],
    all_tools: true,
    tools: [],
    known: s.tools.length,
  })
  const make = (id: string, name: string, active: boolean, apps: string[], of: ServerView[]): ProfileDetail => ({
    id,
    name,
    active,
    apps,
    servers: of.map((s) => s.id),
    folders: [],
    changed: '2026-01-01T12:00:00Z',
    contents: of.map((s) => content(s, apps, apps.slice(1, 2))),
    room: [],
    warnings: [],
  })
  return [
    make('default', 'Work', true, ['claude-desktop', 'claude-code', 'vscode'], servers.slice(0, 3)),
    make('home', 'Home', false, ['claude-desktop'], servers.slice(0, 1)),
  ]
}

type Profiles = Pick<
  Backend,
  | 'profiles'
  | 'profile'
  | 'createProfile'
  | 'renameProfile'
  | 'deleteProfile'
  | 'addToProfile'
  | 'removeFromProfile'
  | 'profileApps'
  | 'profileCell'
  | 'profileTools'
  | 'profileSettings'
  | 'setInProfile'
  | 'previewSwitch'
  | 'switchProfile'
  | 'previewLink'
  | 'linkFolder'
  | 'unlinkFolder'
  | 'exportProfile'
  | 'pickProfile'
  | 'reviewProfile'
  | 'importProfile'
  | 'project'
>

type World = {
  state: {
    profiles: ProfileDetail[]
    servers: ServerView[]
    apps: AppView[]
    shared: ProfileOffer
    project: ProjectView
    importFails: Words | undefined
  }
  step: number
  sendJob(job: JobView): void
  answer<T>(method: keyof Backend, args: unknown[], value: () => T): Promise<T>
  record(kind: string, title: string): string
  changed(what: 'profiles'): void
  mayWrite(apps: string[], closing: '' | 'close' | 'write'): void
}

/** The fake's profiles. Undo is only noted, as everywhere in the fake. */
export function fakeProfiles({ state, step, answer, record, changed, mayWrite, sendJob }: World): Profiles {
  const find = (id: string): ProfileDetail => {
    const p = state.profiles.find((x) => x.id === id || (id === '' && x.active))
    if (!p) throw new Error(`no profile ${id}`)
    return p
  }
  const weighed = (p: ProfileDetail): ProfileDetail => {
    const contents = p.contents.map((c) => ({ ...c, apps: p.apps.filter((a) => !c.off.includes(a)) }))
    return {
      ...p,
      contents,
      servers: contents.map((c) => c.server),
      room: p.apps.map((app) => {
        const here = contents.filter((c) => c.apps.includes(app))
        const tools = here.reduce((n, c) => n + (c.all_tools ? Math.max(0, c.known) : c.tools.length), 0)
        return {
          app,
          name: state.apps.find((a) => a.id === app)?.name ?? app,
          servers: here.length,
          tools,
          limit: app === 'vscode' ? 128 : 0,
          tokens: tools * 120,
          unknown: [],
        }
      }),
    }
  }
  const result = (p: ProfileDetail, change: string): ProfileResult => ({
    profile: p.id,
    name: p.name,
    active: p.active,
    change,
    files: [],
    restart: [],
    skipped: [],
    room: [],
    warnings: [],
  })
  const done = (p: ProfileDetail, kind = 'profile') => {
    changed('profiles')
    return result(p, record(kind, p.name))
  }
  return {
    profiles: () => answer('profiles', [], () => state.profiles.map(weighed)),
    profile: (id) => answer('profile', [id], () => weighed(find(id))),
    createProfile: (name, like) =>
      answer('createProfile', [name, like], () => {
        const empty = { contents: [], apps: [], servers: [], room: [], warnings: [] }
        const base = like === '' ? empty : structuredClone(find(like))
        const p: ProfileDetail = { ...base, id: name.toLowerCase(), name, active: false, folders: [], changed: '' }
        state.profiles.push(p)
        return done(p)
      }),
    renameProfile: (id, name) =>
      answer('renameProfile', [id, name], () => {
        find(id).name = name
        return done(find(id))
      }),
    deleteProfile: (id) =>
      answer('deleteProfile', [id], () => {
        const p = find(id)
        state.profiles = state.profiles.filter((x) => x !== p)
        return done(p)
      }),
    addToProfile: (id, servers, closing) =>
      answer('addToProfile', [id, servers, closing], () => {
        const p = find(id)
        if (p.active) mayWrite(p.apps, closing)
        for (const s of state.servers.filter((x) => servers.includes(x.id)))
          p.contents.push({
            server: s.id,
            title: s.title,
            apps: p.apps,
            off: [],
            cannot: {},
            answers: {},
            keys: [],
            all_tools: true,
            tools: [],
            known: s.tools.length,
          })
        return done(p)
      }),
    removeFromProfile: (id, servers, closing) =>
      answer('removeFromProfile', [id, servers, closing], () => {
        const p = find(id)
        if (p.active) mayWrite(p.apps, closing)
        p.contents = p.contents.filter((c) => !servers.includes(c.server))
        return done(p)
      }),
    profileApps: (id, apps, closing) =>
      answer('profileApps', [id, apps, closing], () => {
        find(id).apps = apps
        return done(find(id))
      }),
    profileCell: (id, server, app, on, closing) =>
      answer('profileCell', [id, server, app, on, closing], () => {
        const p = find(id)
        if (p.active) mayWrite([app], closing)
        for (const c of p.contents)
          if (c.server === server) c.off = on ? c.off.filter((a) => a !== app) : [...c.off, app]
        return done(p)
      }),
    profileTools: (id, server, tools, closing) =>
      answer('profileTools', [id, server, tools, closing], () => {
        for (const c of find(id).contents)
          if (c.server === server) Object.assign(c, { all_tools: tools === null, tools: tools ?? [] })
        return done(find(id))
      }),
    profileSettings: (id, server) =>
      answer('profileSettings', [id, server], () => {
        const has = find(id).contents.find((c) => c.server === server)
        return (state.servers.find((s) => s.id === server)?.settings ?? []).map((s) => ({
          field: {
            key: s.key,
            label: s.label,
            description: '',
            required: s.secret,
            secret: s.secret,
            format: 'string',
            default: '',
            placeholder: '',
            choices: [],
            link: '',
            multiple: false,
            min: null,
            max: null,
            given: false,
          },
          value: s.value,
          set: s.set,
          own: s.secret ? (has?.keys.includes(s.key) ?? false) : has?.answers[s.key] !== undefined,
          own_value: has?.answers[s.key] ?? '',
        }))
      }),
    setInProfile: (req, closing) =>
      answer('setInProfile', [req, closing], () => {
        const p = find(req.profile)
        if (p.active) mayWrite(p.apps, closing)
        for (const c of p.contents) {
          if (c.server !== req.server) continue
          c.answers = { ...c.answers, ...req.answers }
          c.keys = [...new Set([...c.keys, ...Object.keys(req.secrets)])].filter((k) => !req.unset.includes(k))
          for (const name of req.unset) delete c.answers[name]
        }
        return done(p)
      }),
    previewSwitch: (id, skip) =>
      answer('previewSwitch', [id, skip], () => ({
        ...result(find(id), ''),
        files: [fileDiff('/home/maria/.claude.json', addedDiff('memory'))],
        restart: [{ app: 'claude-desktop', name: 'Claude Desktop', text: 'Sees new servers after a restart.' }],
      })),
    switchProfile: (id, skip, closing) =>
      answer('switchProfile', [id, skip, closing], () => {
        mayWrite(find(id).apps, closing)
        for (const p of state.profiles) p.active = p.id === id
        return done(find(id), 'switch')
      }),
    previewLink: (id, folder) =>
      answer('previewLink', [id, folder], () => ({
        ...result(find(id), ''),
        files: [{ ...fileDiff(`${folder}/.mcp.json`, addedDiff('memory')), creates: true }],
      })),
    linkFolder: (id, folder) =>
      answer('linkFolder', [id, folder], () => {
        find(id).folders.push(folder)
        return done(find(id), 'link')
      }),
    unlinkFolder: (id, folder) =>
      answer('unlinkFolder', [id, folder], () => {
        find(id).folders = find(id).folders.filter((f) => f !== folder)
        return done(find(id), 'unlink')
      }),
    pickProfile: () => answer('pickProfile', [], () => '/home/maria/Downloads/Acme shop.json'),
    reviewProfile: (path) => answer('reviewProfile', [path], () => state.shared),
    project: (folder) => answer('project', [folder], () => ({ ...state.project, folder })),
    importProfile: (req) =>
      answer('importProfile', [req], () => {
        const job: JobView = {
          id: `import-${state.profiles.length}-${Date.now()}`,
          kind: 'import',
          title: req.name,
          subject: req.path,
          state: 'running',
          progress: { stage: 'download', done: 0, total: 0, unit: '' },
          started: new Date().toISOString(),
        }
        sendJob(job)
        setTimeout(() => {
          const failed = state.importFails
          if (failed && !req.accept_risk) return sendJob({ ...job, state: 'failed', error: failed })
          const made: ProfileDetail = {
            id: 'acme-shop',
            name: req.name,
            active: false,
            apps: req.apps,
            servers: [],
            folders: req.link === '' ? [] : [req.link],
            changed: '',
            contents: [],
            room: [],
            warnings: [],
          }
          state.profiles.push(made)
          const wanted = state.shared.servers.filter((s) => !req.skip.includes(s.name))
          sendJob({
            ...job,
            state: 'done',
            imported: {
              profile: made.id,
              name: made.name,
              installed: wanted.filter((s) => s.state === 'install').length,
              here: wanted.filter((s) => s.state === 'here').length,
              left: [],
              files: req.link === '' ? [] : [`${req.link}/.mcp.json`],
            },
          })
          changed('profiles')
        }, step)
        return job.id
      }),
    exportProfile: (id) => answer('exportProfile', [id], () => ({ file: `${find(id).name}.json`, left: [] })),
  }
}
