import {
  keepPreviousData,
  type QueryClient,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { useCallback, useEffect } from 'react'
import { closingApps, useClosingQuestion } from '@/features/closing/closing'
import { useBackend } from '.'
import { noteProgress } from './stage-log'
import type {
  AdoptRequest,
  Backend,
  Closing,
  ImportRequest,
  InstallRequest,
  JobView,
  ProfileResult,
  RegistrySpec,
  SearchQuery,
  UpdateRequest,
} from './types'

/** What the screens ask the Go side for. A 'changed' event makes the named ones ask again. */
const keys = {
  search: ['search'] as const,
  listing: ['listing'] as const,
  form: ['form'] as const,
  offer: ['offer'] as const,
  servers: ['servers'] as const,
  apps: ['apps'] as const,
  keys: ['keys'] as const,
  history: ['history'] as const,
  diff: ['diff'] as const,
  settings: ['settings'] as const,
  jobs: ['jobs'] as const,
  updates: ['updates'] as const,
  disk: ['disk'] as const,
  trash: ['trash'] as const,
  output: ['output'] as const,
  extensions: ['extensions'] as const,
  firstRun: ['first-run'] as const,
  notices: ['notices'] as const,
  profiles: ['profiles'] as const,
  adoptables: ['adoptables'] as const,
  parked: ['parked'] as const,
  copies: ['copies'] as const,
}

const stale = {
  updates: [keys.updates],
  servers: [
    keys.servers,
    keys.profiles,
    keys.disk,
    keys.trash,
    keys.extensions,
    keys.parked,
    keys.updates,
    keys.search,
    keys.listing,
    keys.keys,
    keys.form,
  ],
  apps: [keys.apps, keys.servers, keys.form, keys.notices, keys.profiles, keys.adoptables, keys.parked],
  history: [keys.history, keys.trash],
  catalogue: [keys.search, keys.listing, keys.settings],
  keys: [keys.keys, keys.servers, keys.form],
  settings: [keys.settings, keys.form, keys.disk, keys.trash],
  notices: [keys.notices],
  profiles: [keys.profiles],
} as const

/** Keeps what is on screen in step with the Go side's events. */
export function useBackendEvents(onEnd: (job: JobView) => void): void {
  const backend = useBackend()
  const client = useQueryClient()
  useEffect(() => {
    const offChanged = backend.on('changed', (what) => {
      for (const key of stale[what] ?? []) void client.invalidateQueries({ queryKey: key })
    })
    const offJob = backend.on('job', (job) => {
      const before = (client.getQueryData<JobView[]>(keys.jobs) ?? []).find((j) => j.id === job.id)
      noteProgress(job)
      putJob(client, job)
      if (job.state !== 'running' && before?.state !== job.state) onEnd(job)
    })
    return () => {
      offChanged()
      offJob()
    }
  }, [backend, client, onEnd])
}

function putJob(client: QueryClient, job: JobView): void {
  client.setQueryData<JobView[]>(keys.jobs, (old = []) =>
    old.some((j) => j.id === job.id) ? old.map((j) => (j.id === job.id ? job : j)) : [job, ...old],
  )
}

const pageSize = 60

export function useSearch(q: Omit<SearchQuery, 'limit' | 'offset'>) {
  const backend = useBackend()
  return useInfiniteQuery({
    queryKey: [...keys.search, q],
    queryFn: ({ pageParam }) => backend.search({ ...q, limit: pageSize, offset: pageParam }),
    initialPageParam: 0,
    getNextPageParam: (last, all) => {
      const seen = all.reduce((n, p) => n + p.results.length, 0)
      return last.results.length === pageSize ? seen : undefined
    },
    placeholderData: keepPreviousData,
  })
}

export function useListing(id: string) {
  const backend = useBackend()
  return useQuery({ queryKey: [...keys.listing, id], queryFn: () => backend.listing(id) })
}

export function useInstallForm(ref: string, pack: number) {
  const backend = useBackend()
  return useQuery({
    queryKey: [...keys.form, ref, pack],
    queryFn: () => backend.installForm(ref, pack),
    // Another way of the same listing: the old form stays until the new one is there.
    placeholderData: (old, query) => (query?.queryKey[1] === ref ? old : undefined),
  })
}

export function useInstallOffer(ref: string, pack: number) {
  const backend = useBackend()
  return useQuery({ queryKey: [...keys.offer, ref, pack], queryFn: () => backend.installOffer(ref, pack) })
}

/** The yes to a bundle that has to be fetched before anything of it is known. */
export const useFetchBundle = () =>
  useAct((b, w: { ref: string; pack: number }) => b.fetchBundle(w.ref, w.pack), [keys.form, keys.offer])

export function useServers() {
  const backend = useBackend()
  return useQuery({ queryKey: keys.servers, queryFn: () => backend.servers() })
}

export function useUpdates() {
  const backend = useBackend()
  return useQuery({ queryKey: keys.updates, queryFn: () => backend.updates() })
}

export function useExtensions() {
  const backend = useBackend()
  return useQuery({ queryKey: keys.extensions, queryFn: () => backend.extensions() })
}

export function useApps() {
  const backend = useBackend()
  return useQuery({ queryKey: keys.apps, queryFn: () => backend.apps() })
}

export function useKeys() {
  const backend = useBackend()
  return useQuery({ queryKey: keys.keys, queryFn: () => backend.keys() })
}

export function useHistory() {
  const backend = useBackend()
  return useQuery({ queryKey: keys.history, queryFn: () => backend.history() })
}

export function useChangeDiff(id: string, wanted: boolean) {
  const backend = useBackend()
  return useQuery({ queryKey: [...keys.diff, id], queryFn: () => backend.changeDiff(id), enabled: wanted })
}

export function useSettings() {
  const backend = useBackend()
  return useQuery({ queryKey: keys.settings, queryFn: () => backend.settings() })
}

export function useDisk() {
  const backend = useBackend()
  return useQuery({ queryKey: keys.disk, queryFn: () => backend.disk() })
}

export function useTrash() {
  const backend = useBackend()
  return useQuery({ queryKey: keys.trash, queryFn: () => backend.trash() })
}

/** Compares files with what was installed; asked anew each time it is looked at. */
export function useVerify(ids: string[]) {
  const backend = useBackend()
  return useQuery({
    queryKey: ['verify', ...ids],
    queryFn: () => backend.verifyServers(ids),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })
}

/** What the programs of a job print, as it comes while the job runs. */
export function useJobOutput(job: JobView | undefined): string[] {
  const backend = useBackend()
  const running = job?.state === 'running'
  const { data } = useQuery({
    queryKey: [...keys.output, job?.id, running],
    queryFn: () => backend.jobOutput(job?.id ?? ''),
    enabled: job !== undefined,
    refetchInterval: running ? 700 : false,
    placeholderData: keepPreviousData,
  })
  return data ?? []
}

export function useJobs() {
  const backend = useBackend()
  return useQuery({ queryKey: keys.jobs, queryFn: () => backend.jobs() })
}

export function useFailure() {
  const backend = useBackend()
  return useQuery({ queryKey: ['failure'], queryFn: () => backend.failure(), staleTime: Number.POSITIVE_INFINITY })
}

export function useFirstRun() {
  const backend = useBackend()
  return useQuery({ queryKey: keys.firstRun, queryFn: () => backend.firstRun() })
}

/** The newest job about a listing or server, also one that has ended. */
export function useJobAbout(subject: string, kind: string): JobView | undefined {
  const { data } = useJobs()
  return data?.find((j) => j.subject === subject && j.kind === kind)
}

export function useJob(id: string): JobView | undefined {
  const { data } = useJobs()
  return data?.find((j) => j.id === id)
}

/**
 * A mutation over the backend. What it changed is asked for again by the
 * 'changed' event; `again` covers what the asker wants to see at once. What
 * follows is done also when the asker is gone by then: a row that removes what
 * it shows still says so.
 */
function useAct<A, R>(act: (backend: Backend, a: A) => Promise<R>, again: readonly (readonly string[])[]) {
  const backend = useBackend()
  const client = useQueryClient()
  const mutation = useMutation({
    mutationFn: (a: A) => act(backend, a),
    onSettled: () => Promise.all(again.map((queryKey) => client.invalidateQueries({ queryKey }))),
  })
  type Then = { onSuccess?: (r: R) => void; onError?: (e: unknown) => void; onSettled?: () => void }
  const { mutateAsync } = mutation
  // The same function at every render: effects depend on it.
  const mutate = useCallback(
    (a: A, { onSuccess, onError = () => undefined, onSettled }: Then = {}) => {
      void mutateAsync(a).then(onSuccess, onError).finally(onSettled)
    },
    [mutateAsync],
  )
  return { ...mutation, mutate }
}

/** Thrown when the user leaves the question about running apps: nothing happened, and nothing is said. */
class Left extends Error {}

/**
 * A mutation that writes apps' files. Where an app runs that would lose what is
 * written, the user is asked to close it, to write anyway or to leave it.
 */
function useWrite<A, R>(
  act: (backend: Backend, a: A, closing: Closing) => Promise<R>,
  again: readonly (readonly string[])[],
) {
  const ask = useClosingQuestion()
  const { mutate, error, ...rest } = useAct(async (b, a: A) => {
    try {
      return await act(b, a, '')
    } catch (reason) {
      const apps = closingApps(reason)
      if (!apps) throw reason
      const closing = await ask(apps)
      if (closing === '') throw new Left()
      return await act(b, a, closing)
    }
  }, again)
  const quietly: typeof mutate = (a, then = {}) =>
    mutate(a, {
      ...then,
      onError: (e) => {
        if (!(e instanceof Left)) then.onError?.(e)
      },
    })
  return { ...rest, mutate: quietly, error: error instanceof Left ? null : error }
}

export const useSignIn = () => useAct((b, s: { id: string; risk: boolean }) => b.signIn(s.id, s.risk), [keys.jobs])
export const useSignOut = () => useAct((b, id: string) => b.signOut(id), [keys.servers])
export const useShowSignIn = () => useAct((b, _: undefined) => b.showSignIn(), [])
export const useCleanDisk = () =>
  useAct((b, trash: boolean) => b.cleanDisk(trash), [keys.disk, keys.trash, keys.history])
export const useOpenTrash = () => useAct((b, id: string) => b.openTrash(id), [])
export const useCheckUpdates = () => useAct((b, _: undefined) => b.checkUpdates(), [keys.jobs])
export const usePrepareUpdate = () => useAct((b, req: UpdateRequest) => b.prepareUpdate(req), [keys.jobs])
export const useApplyUpdate = () =>
  useAct((b, req: UpdateRequest) => b.applyUpdate(req), [...stale.servers, keys.history])
export const useUpdateServers = () => useAct((b, ids: string[]) => b.updateServers(ids), [keys.jobs])
export const usePin = () => useAct((b, p: { id: string; pinned: boolean }) => b.pin(p.id, p.pinned), [keys.updates])
export const useRollback = () => useAct((b, id: string) => b.rollback(id), [...stale.servers, keys.history])
export const usePasteReview = () => useAct((b, text: string) => b.paste(text), [])
export const useInstall = () =>
  useWrite((b, req: Omit<InstallRequest, 'closing'>, closing) => b.install({ ...req, closing }), [keys.jobs])
export const useCancelJob = () => useAct((b, id: string) => b.cancelJob(id), [])
export const useTestServer = () => useAct((b, id: string) => b.testServer(id), [keys.servers])
export const useRemoveServers = () =>
  useWrite(
    (b, r: { ids: string[]; keys: boolean }, closing) => b.removeServers(r.ids, r.keys, closing),
    [...stale.servers, keys.apps, keys.history],
  )
export const useUndo = () =>
  useWrite((b, id: string, closing) => b.undo(id, closing), [...stale.servers, keys.apps, keys.history])

type AppChange = { app: string; servers: string[] }
export const useConnect = () =>
  useWrite((b, c: AppChange, closing) => b.connect(c.app, c.servers, closing), [...stale.apps, keys.history])
export const useDisconnect = () =>
  useWrite((b, c: AppChange, closing) => b.disconnect(c.app, c.servers, closing), [...stale.apps, keys.history])

/** Servers that apps have without Toolbay. */
export function useAdoptables() {
  const backend = useBackend()
  return useQuery({ queryKey: keys.adoptables, queryFn: () => backend.adoptables() })
}

/** What taking one over would change. Asked once for what was typed: it looks up the exact version. */
export function useAdoptPreview(req: AdoptRequest, wanted: boolean) {
  const backend = useBackend()
  return useQuery({
    // What was typed may hold a key; the key of a query is kept nowhere but in memory.
    queryKey: ['preview', 'adopt', req.id, req.answers, req.secrets],
    queryFn: () => backend.previewAdopt(req),
    enabled: wanted,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    placeholderData: keepPreviousData,
  })
}

export const useAdopt = () =>
  useWrite((b, reqs: AdoptRequest[], closing) => b.adopt(reqs, closing), [keys.jobs, keys.adoptables])

/** Earlier copies that hold the keys of a server. */
export function useCopies(server: string) {
  const backend = useBackend()
  return useQuery({ queryKey: [...keys.copies, server], queryFn: () => backend.copiesWithKeys(server), gcTime: 0 })
}
export const useDeleteCopies = () =>
  useAct((b, server: string) => b.deleteCopies(server), [keys.copies, keys.history, keys.notices])

export function useGiveBackPreview(server: string) {
  const backend = useBackend()
  return useQuery({
    queryKey: ['preview', 'give-back', server],
    queryFn: () => backend.previewGiveBack(server),
    gcTime: 0,
  })
}
export const useGiveBack = () =>
  useWrite(
    (b, g: { server: string; agreed: boolean }, closing) => b.giveBack(g.server, g.agreed, closing),
    [...stale.servers, ...stale.apps, keys.history],
  )

export function useBackups(app: string, wanted: boolean) {
  const backend = useBackend()
  return useQuery({ queryKey: [...keys.history, 'backups', app], queryFn: () => backend.backups(app), enabled: wanted })
}

export function useRestorePreview(file: string, version: string) {
  const backend = useBackend()
  return useQuery({
    queryKey: ['preview', 'restore', file, version],
    queryFn: () => backend.previewRestore(file, version),
    gcTime: 0,
  })
}

export const useRestore = () =>
  useWrite(
    (b, r: { file: string; version: string; agreed: boolean }, closing) =>
      b.restore(r.file, r.version, r.agreed, closing),
    [...stale.apps, keys.history],
  )

export function useProfiles() {
  const backend = useBackend()
  return useQuery({ queryKey: keys.profiles, queryFn: () => backend.profiles() })
}

export function useProfile(id: string) {
  const backend = useBackend()
  return useQuery({
    queryKey: [...keys.profiles, id],
    queryFn: () => backend.profile(id),
    enabled: id !== '',
    placeholderData: (old, query) => (query?.queryKey[1] === id ? old : undefined),
  })
}

/** What a server asks for, and what a profile has of its own of that. */
export function useProfileSettings(id: string, server: string) {
  const backend = useBackend()
  return useQuery({
    queryKey: [...keys.profiles, id, 'settings', server],
    queryFn: () => backend.profileSettings(id, server),
    // What is being typed is not thrown away by another look.
    refetchOnWindowFocus: false,
  })
}

export function useSwitchPreview(id: string, skip: string[]) {
  const backend = useBackend()
  return useQuery({
    queryKey: ['preview', 'switch', id, ...skip],
    queryFn: () => backend.previewSwitch(id, skip),
    gcTime: 0,
  })
}

export function useLinkPreview(id: string, folder: string) {
  const backend = useBackend()
  return useQuery({
    queryKey: ['preview', 'link', id, folder],
    queryFn: () => backend.previewLink(id, folder),
    gcTime: 0,
  })
}

/** Any change of profiles, also one that writes apps' files. */
export const useProfileChange = () =>
  useWrite(
    (b, act: (b: Backend, closing: Closing) => Promise<ProfileResult>, closing) => act(b, closing),
    [keys.profiles, ...stale.apps, keys.history],
  )
/** What a profile's file would bring; asked anew each time it is looked at. */
export function useProfileOffer(path: string) {
  const backend = useBackend()
  return useQuery({
    queryKey: ['preview', 'import', path],
    queryFn: () => backend.reviewProfile(path),
    enabled: path !== '',
    gcTime: 0,
    refetchOnWindowFocus: false,
  })
}
export const useImportProfile = () => useAct((b, req: ImportRequest) => b.importProfile(req), [keys.jobs])

/** What stands in a project's folder, while somebody looks at it. */
export function useProject(folder: string) {
  const backend = useBackend()
  return useQuery({
    queryKey: [...keys.profiles, 'project', folder],
    queryFn: () => backend.project(folder),
    enabled: folder !== '',
  })
}
export const useExportProfile = () => useAct((b, id: string) => b.exportProfile(id), [keys.history])

/** What is wrong in the apps' files. Asked again with the apps. */
export function useChecks() {
  const backend = useBackend()
  return useQuery({ queryKey: [...keys.apps, 'checks'], queryFn: () => backend.checkApps() })
}

/** The repair without what has to be asked. */
export function useRepairPreview(app: string, path: string, wanted: boolean) {
  const backend = useBackend()
  return useQuery({
    queryKey: [...keys.apps, 'repair', app, path],
    queryFn: () => backend.previewRepair(app, path, true),
    enabled: wanted,
    gcTime: 0,
  })
}

export const useRepair = () =>
  useWrite(
    (b, r: { app: string; path: string; sureOnly: boolean }, closing) => b.repair(r.app, r.path, r.sureOnly, closing),
    [...stale.apps, keys.history],
  )

export const useProveEntries = () => useAct((b, f: { app: string; path: string }) => b.proveEntries(f.app, f.path), [])

/** The servers that are switched off: repairs took them out of files. */
export function useParked() {
  const backend = useBackend()
  return useQuery({ queryKey: keys.parked, queryFn: () => backend.parked() })
}

export const useForgetParked = () => useAct((b, id: string) => b.forgetParked(id), [keys.parked, keys.adoptables])

/** What repairs of an app's files kept aside. */
export function useRepairNotes(app: string) {
  const backend = useBackend()
  return useQuery({ queryKey: [...keys.apps, 'notes', app], queryFn: () => backend.repairNotes(app) })
}

/** A look at everything, made when it is asked for. */
export const useDoctor = () => useAct((b, _: undefined) => b.doctor(), [])
export const useStopDoctor = () => useAct((b, _: undefined) => b.stopDoctor(), [])

export function useNotices() {
  const backend = useBackend()
  return useQuery({ queryKey: keys.notices, queryFn: () => backend.notices() })
}

/** With close, the user has said already that the app closes first. */
export const usePutBack = () =>
  useWrite(
    (b, n: { id: string; close: boolean }, closing) => b.putBack([n.id], n.close ? 'close' : closing),
    [...stale.apps, keys.history],
  )
export const useKeepNotice = () => useAct((b, id: string) => b.keepNotice(id), stale.apps)

/** What connecting or disconnecting would change, before anything is written. */
export function useChangePreview(kind: 'connect' | 'disconnect', app: string, servers: string[]) {
  const backend = useBackend()
  return useQuery({
    queryKey: ['preview', kind, app, ...servers],
    queryFn: () =>
      kind === 'connect' ? backend.previewConnect(app, servers) : backend.previewDisconnect(app, servers),
    enabled: servers.length > 0,
    gcTime: 0,
    placeholderData: keepPreviousData,
  })
}

type KeyName = { server: string; profile: string; name: string }
export const useReplaceKey = () =>
  useAct((b, k: KeyName & { value: string }) => b.replaceKey(k.server, k.profile, k.name, k.value), stale.keys)
export const useRemoveKey = () => useAct((b, k: KeyName) => b.removeKey(k.server, k.profile, k.name), stale.keys)

export const useSetSetting = () =>
  useAct((b, s: { name: string; value: string }) => b.setSetting(s.name, s.value), stale.settings)
export const useSync = () => useAct((b, source: string) => b.sync(source), [keys.jobs])
export const useImportFile = () => useAct((b, _: undefined) => b.importFile(), stale.catalogue)
export const useTestRegistry = () => useAct((b, spec: RegistrySpec) => b.testRegistry(spec), [])
export const useAddRegistry = () => useAct((b, spec: RegistrySpec) => b.addRegistry(spec), stale.catalogue)
export const useRemoveSource = () => useAct((b, id: string) => b.removeSource(id), stale.catalogue)
export const useSetSourceKey = () =>
  useAct((b, k: { id: string; value: string }) => b.setSourceKey(k.id, k.value), [keys.settings])
export const useOrderSources = () => useAct((b, ids: string[]) => b.orderSources(ids), stale.catalogue)
export const useFinishFirstRun = () => useAct((b, _: undefined) => b.finishFirstRun(), [keys.firstRun])

/** Nothing is cached for long: all answers are local and quick. */
export const queryDefaults = {
  queries: { retry: false, staleTime: 5_000, refetchOnWindowFocus: true, networkMode: 'always' as const },
  mutations: { retry: false, networkMode: 'always' as const },
}
