import type { Backend } from './types'
import { toWords } from './words'

type Bound = Record<string, ((...args: unknown[]) => Promise<unknown>) | undefined>

declare global {
  interface Window {
    /** Put there by Wails: package app, struct Window. */
    go?: { app?: { Window?: Bound } }
    runtime?: {
      EventsOn(name: string, f: (...data: unknown[]) => void): () => void
      ClipboardSetText(text: string): Promise<boolean>
      OnFileDrop?(f: (x: number, y: number, paths: string[]) => void, useTarget: boolean): void
      OnFileDropOff?(): void
    }
  }
}

/** True inside the real window. */
export function hasWails(): boolean {
  return window.go?.app?.Window !== undefined
}

/**
 * Calls one method of the Go side. The one place where its answers get their
 * types; a rejected promise always carries Words.
 */
async function call<T>(method: string, ...args: unknown[]): Promise<T> {
  const f = window.go?.app?.Window?.[method]
  if (!f) throw toWords(new Error(`the window has no method ${method}`))
  try {
    return (await f(...args)) as T
  } catch (reason) {
    throw toWords(reason)
  }
}

function on(event: string, f: (data: never) => void): () => void {
  const off = window.runtime?.EventsOn(event, (...data) => f(data[0] as never))
  return off ?? (() => undefined)
}

/** Only the window's own runtime knows where a dropped file is. */
function onDrop(f: (paths: string[]) => void): () => void {
  window.runtime?.OnFileDrop?.((_x, _y, paths) => f(paths), false)
  return () => window.runtime?.OnFileDropOff?.()
}

/** The real backend: Go, in the same process. */
export const wailsBackend: Backend = {
  failure: () => call('Failure'),

  search: (q) => call('Search', q),
  listing: (id) => call('Listing', id),

  installForm: (ref, pack) => call('InstallForm', ref, pack),
  installOffer: (ref, pack) => call('InstallOffer', ref, pack),
  fetchBundle: (ref, pack) => call('FetchBundle', ref, pack),
  install: (req) => call('Install', req),
  jobs: () => call('Jobs'),
  cancelJob: (id) => call('CancelJob', id),
  jobOutput: (id) => call('JobOutput', id),

  servers: () => call('Servers'),
  testServer: (id) => call('TestServer', id),
  removeServers: (ids, keys, closing) => call('RemoveServers', ids, keys, closing),
  verifyServers: (ids) => call('VerifyServers', ids),

  signIn: (id, acceptRisk) => call('SignIn', id, acceptRisk),
  signOut: (id) => call('SignOut', id),
  showSignIn: () => call('ShowSignIn'),

  extensions: () => call('Extensions'),

  updates: () => call('Updates'),
  checkUpdates: () => call('CheckUpdates'),
  prepareUpdate: (req) => call('PrepareUpdate', req),
  applyUpdate: (req) => call('ApplyUpdate', req),
  updateServers: (ids) => call('UpdateServers', ids),
  discardUpdate: (id) => call('DiscardUpdate', id),
  pin: (id, pinned) => call('Pin', id, pinned),
  rollback: (id) => call('Rollback', id),

  apps: () => call('Apps'),
  previewConnect: (app, servers) => call('PreviewConnect', app, servers),
  previewDisconnect: (app, servers) => call('PreviewDisconnect', app, servers),
  connect: (app, servers, closing) => call('Connect', app, servers, closing),
  disconnect: (app, servers, closing) => call('Disconnect', app, servers, closing),

  adoptables: () => call('Adoptables'),
  previewAdopt: (req) => call('PreviewAdopt', req),
  adopt: (reqs, closing) => call('Adopt', reqs, closing),
  copiesWithKeys: (server) => call('CopiesWithKeys', server),
  deleteCopies: (server) => call('DeleteCopies', server),
  previewGiveBack: (server) => call('PreviewGiveBack', server),
  giveBack: (server, agreed, closing) => call('GiveBack', server, agreed, closing),

  keys: () => call('Keys'),
  replaceKey: (server, profile, name, value) => call('ReplaceKey', server, profile, name, value),
  removeKey: (server, profile, name) => call('RemoveKey', server, profile, name),

  history: () => call('History'),
  changeDiff: (id) => call('ChangeDiff', id),
  undo: (id, closing) => call('Undo', id, closing),

  backups: (app) => call('Backups', app),
  previewRestore: (file, version) => call('PreviewRestore', file, version),
  restore: (file, version, agreed, closing) => call('Restore', file, version, agreed, closing),

  profiles: () => call('Profiles'),
  profile: (id) => call('Profile', id),
  createProfile: (name, like) => call('CreateProfile', name, like),
  renameProfile: (id, name) => call('RenameProfile', id, name),
  deleteProfile: (id) => call('DeleteProfile', id),
  addToProfile: (id, servers, closing) => call('AddToProfile', id, servers, closing),
  removeFromProfile: (id, servers, closing) => call('RemoveFromProfile', id, servers, closing),
  profileApps: (id, apps, closing) => call('ProfileApps', id, apps, closing),
  profileCell: (id, server, app, on, closing) => call('ProfileCell', id, server, app, on, closing),
  profileTools: (id, server, tools, closing) => call('ProfileTools', id, server, tools, closing),
  profileSettings: (id, server) => call('ProfileSettings', id, server),
  setInProfile: (req, closing) => call('SetInProfile', req, closing),
  previewSwitch: (id, skip) => call('PreviewSwitch', id, skip),
  switchProfile: (id, skip, closing) => call('SwitchProfile', id, skip, closing),
  previewLink: (id, folder) => call('PreviewLink', id, folder),
  linkFolder: (id, folder) => call('LinkFolder', id, folder),
  unlinkFolder: (id, folder) => call('UnlinkFolder', id, folder),
  exportProfile: (id) => call('ExportProfile', id),
  pickProfile: () => call('PickProfile'),
  reviewProfile: (path) => call('ReviewProfile', path),
  importProfile: (req) => call('ImportProfile', req),
  project: (folder) => call('Project', folder),

  checkApps: () => call('CheckApps'),
  previewRepair: (app, path, sureOnly) => call('PreviewRepair', app, path, sureOnly),
  repair: (app, path, sureOnly, closing) => call('Repair', app, path, sureOnly, closing),
  proveEntries: (app, path) => call('ProveEntries', app, path),
  parked: () => call('Parked'),
  forgetParked: (id) => call('ForgetParked', id),
  repairNotes: (app) => call('RepairNotes', app),
  doctor: () => call('Doctor'),
  stopDoctor: () => call('StopDoctor'),
  notices: () => call('Notices'),
  putBack: (ids, closing) => call('PutBack', ids, closing),
  keepNotice: (id) => call('KeepNotice', id),

  settings: () => call('Settings'),
  setSetting: (name, value) => call('SetSetting', name, value),
  sync: (source) => call('Sync', source),
  importFile: () => call('ImportFile'),
  testRegistry: (spec) => call('TestRegistry', spec),
  addRegistry: (spec) => call('AddRegistry', spec),
  removeSource: (id) => call('RemoveSource', id),
  setSourceKey: (id, value) => call('SetSourceKey', id, value),
  orderSources: (ids) => call('OrderSources', ids),

  disk: () => call('Disk'),
  cleanDisk: (trash) => call('CleanDisk', trash),
  trash: () => call('Trash'),
  openTrash: (id) => call('OpenTrash', id),

  firstRun: () => call('FirstRun'),
  finishFirstRun: () => call('FinishFirstRun'),

  opened: () => call('Opened'),
  openFiles: (paths) => call('OpenFiles', paths),
  paste: (text) => call('Paste', text),

  pickFolder: (title) => call('PickFolder', title),
  pickFile: (title) => call('PickFile', title),
  openLink: (url) => call('OpenLink', url),

  on: (event: 'job' | 'changed' | 'open' | 'drop', f: (data: never) => void) =>
    event === 'drop' ? onDrop(f as (paths: string[]) => void) : on(event, f),
}

/** WebKit gives a page of a custom scheme no clipboard, so the window's own is asked first. */
export async function copyText(text: string): Promise<void> {
  if (window.runtime) {
    await window.runtime.ClipboardSetText(text)
    return
  }
  await navigator.clipboard.writeText(text)
}
