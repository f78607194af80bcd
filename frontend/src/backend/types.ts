/**
 * What the window and the Go side say to each other. The Go types of package
 * app are the other half; wails.ts is checked against both by the compiler.
 */

/** Words for one failure, chosen by the Go side from the shared catalogue. */
export type Words = {
  code: string
  message: string
  hint: string
  /** key of section "actions" of the catalogue, or "" */
  action: string
  /** technical cause, only ever behind "Show details" */
  detail: string
  args: Record<string, string>
  needs?: Need[]
}

export type Need = {
  kind: 'download' | 'write' | 'scripts' | 'risk' | 'input' | 'secret' | 'close' | 'skip'
  name: string
  text: string
  flag: string
}

export type Needs = 'nothing' | 'key' | 'sign-in' | 'folder' | 'app' | 'docker' | ''

export type Tool = {
  name: string
  title?: string
  description?: string
  readOnly?: boolean | null
  /** what it is given, a line for each value; known of servers that were tried */
  takes?: string
  print?: string
}

export type Pack = { type: string; identifier: string; version: string }

export type Listing = {
  id: string
  name: string
  title: string
  description: string
  publisher: string
  repository: string
  website: string
  version: string
  license: string
  category: string
  needs: Needs
  sample: string
  caution: string
  status: string
  updated: string
  /** when this version came out, or '' */
  published: string
  /** its list calls it the maker's own */
  vendor: boolean
  /** 0 is not known */
  stars: number
  downloads: number
  /** listings of nearly the same words by the same publisher, 0 for a usual number */
  copies: number
  /** ids of all records that were made into this one */
  merged: string[]
  sources: string[]
  packages: Pack[]
  tools: Tool[]
  featured: number
  /** ids of the servers here that came from this listing */
  installed: string[]
  /** false when no package of it can be installed by this version of Toolbay */
  installable: boolean
}

/** '' puts the best match first */
export type Sort = '' | 'popular' | 'updated' | 'name'

export type SearchQuery = {
  text: string
  /** '' = all, 'for-you' = the start page */
  category: string
  source: string
  filters: string[]
  sort: Sort
  limit: number
  offset: number
}

export type SearchPage = {
  total: number
  /** there are more than `total` (counting stops at 1,000) */
  more: boolean
  took_ms: number
  results: Listing[]
  facets: {
    all: number
    categories: Record<string, number>
    sources: Record<string, number>
    filters: Record<string, number>
  }
}

export type Way = {
  /** index into the listing's packages */
  index: number
  type: string
  identifier: string
  version: string
  usable: boolean
  recommended: boolean
  /** key of catalogue section "ways" */
  why: string
  /** key of catalogue section "ways-because": why it is the recommended one */
  because: string
}

/** One thing known, or known to be unknown; words in catalogue section "facts". */
export type FactView = {
  code: string
  state: 'yes' | 'no' | 'unknown'
  /** the name of who says so, '' for what was seen on this computer */
  origin: string
  args: Record<string, string>
}

/** What one source says of a listing. */
export type RecordView = {
  source: string
  /** of the source */
  name: string
  id: string
  title: string
  description: string
  version: string
  updated: string
  packages: Pack[]
}

/** Which source, by name, a field's value comes from. */
export type OriginView = { field: string; source: string }

export type ListingPage = {
  listing: Listing
  ways: Way[]
  facts: FactView[]
  records: RecordView[]
  origins: OriginView[]
  age: SourceView[]
}

export type InputField = {
  key: string
  label: string
  description: string
  required: boolean
  secret: boolean
  /** string, number, boolean, filepath, folder */
  format: string
  default: string
  placeholder: string
  choices: string[]
  link: string
  /** takes several values, one a line */
  multiple: boolean
  min: number | null
  max: number | null
  /** its key stood in what was pasted, and is known to the Go side */
  given: boolean
}

/** shown is the path with ~ in place of the user's home. */
export type FileDiff = { path: string; shown: string; diff: string; creates: boolean; removes: boolean }

export type AppChoice = {
  id: string
  name: string
  found: boolean
  /** true when its file can be written now */
  usable: boolean
  /** words why not, when found but not usable */
  problem?: Words
  changes: FileDiff[]
  /** sentence: what the user must do in the app afterwards */
  restart: string
}

/** Local and immediate: everything the sheet needs before the network answers. */
export type InstallForm = {
  ref: string
  package: number
  /** of the package: npm, pypi, oci, mcpb, remote, local */
  type: string
  server: string
  title: string
  publisher: string
  category: string
  caution: string
  /** the listing speaks of a sign-in */
  sign_in: boolean
  /** of the listing; empty for a package asked for by itself */
  ways: Way[]
  inputs: InputField[]
  apps: AppChoice[]
  /** where keys will be kept; problem when this computer has no keychain */
  keys: { where: string; problem?: Words }
}

/** From the network: what exactly would be fetched. */
export type InstallOffer = {
  version: string
  downloads: { name: string; text: string; bytes: number }[]
  bytes: number
  /** the package wants to run its own set-up programs */
  scripts: boolean
  /** the package's own words, '' where it has none */
  title: string
  publisher: string
  /** only the package knows its settings: `inputs` counts, not the form's */
  own_inputs: boolean
  inputs: InputField[]
  risks: Risk[]
}

/** Something a person must agree to besides the download. */
export type Risk = {
  code: string
  text: string
  /** what would be run, exactly; '' when it is not about a command */
  command: string
}

export type InstallRequest = {
  ref: string
  package: number
  name: string
  profile: string
  answers: Record<string, string>
  secrets: Record<string, string>
  apps: string[]
  allow_scripts: boolean
  accept_risk: boolean
  closing: Closing
}

export type InstallResult = {
  server: string
  title: string
  version: string
  tools: string[]
  apps: string[]
  change: string
  hello_ms: number
  restart: { app: string; name: string; text: string }[]
  sample: string
}

export type Progress = { stage: string; done: number; total: number; unit: '' | 'bytes' | 'items'; subject?: string }

export type JobView = {
  id: string
  /** install, adopt, import, sync, check, compare, update, sign-in */
  kind: string
  title: string
  /** listing or server the job is about */
  subject: string
  state: 'running' | 'done' | 'failed' | 'cancelled'
  progress: Progress
  started: string
  error?: Words
  result?: InstallResult
  /** of an update, or of fetching one to be compared */
  update?: UpdateResult
  /** goes with the result of taking a server over */
  adopted?: Adopted
  /** of an import */
  imported?: ImportedProfile
}

/** What is known of newer versions of one server. */
export type UpdateView = {
  server: string
  title: string
  version: string
  state: 'current' | 'newer' | 'changed' | 'withdrawn' | 'unknown'
  newer: string
  pinned: boolean
  /** '' for never */
  checked: string
  /** why it could not be found out */
  problem: Words | null
  /** the version that can be gone back to, '' for none */
  earlier: string
  /** the user has had the newer one and went back */
  gone_back: boolean
  /** fetched and compared already */
  prepared: boolean
}

export type UpdateRequest = {
  server: string
  answers: Record<string, string>
  secrets: Record<string, string>
  allow_scripts: boolean
  accept_risk: boolean
  /** fetches the version that is installed once more */
  again: boolean
}

export type UpdateResult = {
  server: string
  title: string
  from: string
  to: string
  /** there is nothing newer */
  newest: boolean
  difference: Difference
  /** id in the history, '' while nothing is switched */
  change: string
  freed_bytes: number
  earlier: string
  /** folders in the trash that hold files of older versions */
  trashed: string[]
}

/** What changes for the user from one version to another. */
export type Difference = {
  from: string
  to: string
  /** both versions were tried, so their tools could be compared */
  tools_known: boolean
  added: ToolWords[]
  removed: ToolWords[]
  reworded: Reworded[]
  new_inputs: NewInput[]
  gone_inputs: string[]
  publisher: TextPair | null
  signer: TextPair | null
  command: LinesPair | null
  /** files that the server keeps beside its program: the other version has them too */
  kept: string[]
  /** files that stay with the version it leaves */
  left: string[]
  /** publisher, signer, command, reworded: what to ask about first */
  risks: string[]
}

/** What a tool tells an AI app. */
export type ToolWords = {
  name: string
  title: string
  description: string
  takes: string
  read_only: boolean | null
}

export type Reworded = { name: string; before: ToolWords; after: ToolWords }

export type NewInput = { name: string; label: string; required: boolean; secret: boolean }

export type TextPair = { before: string; after: string }

export type LinesPair = { before: string[]; after: string[] }

export type ServerView = {
  id: string
  title: string
  version: string
  publisher: string
  category: string
  package: Pack
  listing: string
  status: 'ok' | 'needs-key' | 'needs-sign-in' | 'broken' | 'untested'
  /** why it is broken */
  problem?: Words
  /** what its list says of it since: taken back, given up, renamed */
  alert: Words | null
  log: string
  tools: Tool[]
  /** the tokens that each tool takes in every chat */
  costs: number[]
  apps: string[]
  profiles: string[]
  installed: string
  checked: string
  sample: string
  settings: { key: string; label: string; secret: boolean; set: boolean; value: string }[]
  /** tells apart servers of one title; it stands in the title too */
  account: string
  signed_in: boolean
  /** it was taken over from an app, which can have its entry back */
  adopted: boolean
}

export type TestResult = {
  server: string
  ok: boolean
  protocol: string
  tools: string[]
  took_ms: number
  error?: Words
  log: string
}

export type RemoveResult = {
  removed: string[]
  apps: string[]
  freed_bytes: number
  later_bytes: number
  change: string
  runtimes: string[]
  keys: string[]
}

/** One server compared with what was installed. */
export type VerifyResult = {
  server: string
  title: string
  version: string
  /** unknown: nothing wrong was seen, but not everything could be looked at */
  state: 'ok' | 'wrong' | 'unknown'
  /** how many files were compared */
  files: number
  findings: { code: string; path: string; text: string }[]
}

export type EntryView = {
  name: string
  server: string
  command: string
  url: string
  enabled: boolean
  readable_keys: number
  ours: boolean
}

export type FileView = {
  path: string
  scope: string
  format: string
  health: 'ok' | 'absent' | 'empty' | 'broken' | 'unreadable'
  problem?: Words
}

export type AppView = {
  id: string
  name: string
  found: boolean
  files: FileView[]
  servers: EntryView[]
  restart: string
}

export type ChangeResult = {
  change: string
  files: FileDiff[]
  restart: { app: string; name: string; text: string }[]
  /** Limits of an app that this comes up against. */
  warnings?: { code: string; app: string; server: string; text: string }[]
}

export type RepairProblem = {
  code: string
  severity: 'error' | 'warn' | 'info'
  /** `safe`: the meaning stays; `confirm`: shown and asked; `never`: only the user can */
  fix: 'safe' | 'confirm' | 'never'
  server: string
  /** line:column, or the place of an entry's member */
  where: string
  /** there is a change that mends it */
  mends: boolean
  /** line in the file as it stands, 0 when it has none */
  line: number
  title: string
  detail: string
}

/** What is wrong with one file of an app, and what would mend it. */
export type RepairView = {
  app: string
  name: string
  path: string
  parses_before: boolean
  parses_after: boolean
  problems: RepairProblem[]
  /** what "Repair" writes; empty when nothing can be mended by editing */
  files: FileDiff[]
  /** how many servers the app has in this file afterwards */
  servers: number
  /** what is kept elsewhere, because the file cannot hold it */
  notes: string[]
  /** what can be brought back where mending cannot bring back what stood there; null for nothing */
  copy: GoodCopy | null
  /** to be copied for a helper; holds no key */
  report: string
}

/** The newest copy of a file that its app could read. */
export type GoodCopy = { version: string; time: string; servers: number }

/** A server that a repair took out of a file: in the library, switched off. */
export type ParkedView = {
  id: string
  title: string
  /** the app that it stood in, as people call it */
  app: string
  /** why it cannot be taken on; null when it can */
  problem: Words | null
}

/** What repairs of an app's files kept aside: comments, without keys. */
export type RepairNote = { change: string; time: string; path: string; text: string }

/** One thing that was looked at, or one thing that is wrong. */
export type DoctorCheck = {
  area: 'apps' | 'servers' | 'runtimes' | 'keys' | 'sources' | 'containers' | 'launcher' | 'changes'
  id: string
  name: string
  code: string
  state: 'ok' | 'advice' | 'attention' | 'unknown'
  file: string
  where: string
  title: string
  detail: string
  command: string
}

/** A look at everything; the report is to be copied for a helper and holds no key. */
export type DoctorView = { healthy: boolean; attention: number; checks: DoctorCheck[]; report: string }

/** How a server of a file did when it was started. */
export type EntryProof = { name: string; ok: boolean; tools: number; problem?: Words }

/** What an event 'changed' names, to be asked for again. */
export type Changed =
  | 'servers'
  | 'apps'
  | 'history'
  | 'catalogue'
  | 'keys'
  | 'settings'
  | 'updates'
  | 'notices'
  | 'profiles'

/** A server that apps have and Toolbay does not look after yet. */
export type Adoptable = {
  id: string
  /** as the apps call it */
  name: string
  title: string
  publisher: string
  kind: string
  package: Pack
  /** the listing's title when a list knows it, else '' */
  known: string
  apps: string[]
  /** folders to which an entry is private */
  projects: string[]
  /** names of the keys that stand readable in the apps' files */
  keys: string[]
  /** sentences */
  warnings: string[]
  /** why it stays as it is; null when it can be taken over */
  problem: Words | null
}

export type AdoptRequest = {
  id: string
  answers: Record<string, string>
  secrets: Record<string, string>
  allow_scripts: boolean
  accept_risk: boolean
}

/** What taking one over would do; nothing is fetched or written. */
export type AdoptPreview = {
  version: string
  files: FileDiff[]
  /** what its entries do not say */
  inputs: InputField[]
  risks: Risk[]
}

export type Adopted = {
  /** names of the keys that moved out of the apps' files */
  keys: string[]
}

/** Earlier copies of files that hold a server's keys. */
export type Copies = {
  count: number
  files: string[]
  /** files that hold a key now */
  still: string[]
}

export type GiveBackPreview = {
  files: FileDiff[]
  restart: { app: string; name: string; text: string }[]
  /** keys that would stand readable in a file again */
  risks: Risk[]
}

/** Something that changed in an app's file outside Toolbay, or that is left to do. */
export type NoticeView = {
  id: string
  code: string
  app: string
  app_name: string
  name: string
  server: string
  names: string[]
  servers: string[]
  file: string
  seen: string
  title: string
  text: string
  action: 'put-back' | 'keep' | 'repair' | 'try-again' | 'look' | 'delete-copies'
  /** the app runs and would lose what is put back */
  close: boolean
}

export type ProfileView = {
  id: string
  name: string
  active: boolean
  servers: string[]
  apps: string[]
  folders: string[]
  changed: string
}

export type ProfileContent = {
  server: string
  title: string
  /** those that get it */
  apps: string[]
  off: string[]
  /** apps that cannot be given it, and why */
  cannot: Record<string, string>
  answers: Record<string, string>
  /** keys of the profile's own */
  keys: string[]
  all_tools: boolean
  tools: string[]
  /** how many tools the server has, -1 where that is not known */
  known: number
}

export type AppRoom = {
  app: string
  name: string
  servers: number
  tools: number
  /** 0 where none is known */
  limit: number
  tokens: number
  unknown: string[]
}

export type Warning = { code: string; app: string; server: string; text: string }

export type ProfileDetail = ProfileView & { contents: ProfileContent[]; room: AppRoom[]; warnings: Warning[] }

export type ProfileResult = {
  profile: string
  name: string
  active: boolean
  change: string
  files: FileDiff[]
  restart: { app: string; name: string; text: string }[]
  skipped: string[]
  room: AppRoom[]
  warnings: Warning[]
}

/** One input of a server in a profile. Keys are never in it. */
export type ProfileSetting = {
  field: InputField
  /** the server's own answer, '' for a key */
  value: string
  /** the server has one */
  set: boolean
  /** the profile has one of its own */
  own: boolean
  own_value: string
}

export type ProfileSetRequest = {
  profile: string
  server: string
  answers: Record<string, string>
  secrets: Record<string, string>
  /** names that are the server's own again */
  unset: string[]
  accept_risk: boolean
}

/** A server of a profile's file, seen from this computer. */
export type OfferedServer = {
  name: string
  /** its id here, '' when it would be installed */
  server: string
  title: string
  kind: string
  package: Pack
  known: string
  state: 'here' | 'install' | 'problem'
  problem: Words | null
  /** what the file does not say; keys are SERVER.NAME */
  inputs: InputField[]
  /** sentences */
  warnings: string[]
}

export type ProfileOffer = {
  name: string
  servers: OfferedServer[]
  apps: string[]
  /** names of apps that are not here */
  missing: string[]
}

export type ImportRequest = {
  /** the file, or a project's folder */
  path: string
  name: string
  apps: string[]
  /** by SERVER.NAME */
  answers: Record<string, string>
  secrets: Record<string, string>
  skip: string[]
  allow_scripts: boolean
  accept_risk: boolean
  /** a folder that is linked to the new profile, or '' */
  link: string
}

export type ImportedProfile = {
  profile: string
  name: string
  installed: number
  here: number
  left: string[]
  /** written into the linked folder */
  files: string[]
}

export type ProjectFile = {
  path: string
  apps: string[]
  health: FileView['health']
  problem: Words | null
  servers: EntryView[]
}

/** What stands for AI apps in a project's folder. */
export type ProjectView = {
  folder: string
  /** the profile it is linked to, '' for none */
  profile: string
  /** what that is called */
  name: string
  files: ProjectFile[]
  /** the project declares servers of its own */
  declares: boolean
}

export type Exported = {
  file: string
  /** servers that others cannot have */
  left: string[]
}

export type BackupList = { files: BackupFile[]; bytes: number }

export type BackupFile = {
  path: string
  apps: string[]
  bytes: number
  /** newest first */
  versions: BackupVersion[]
}

export type BackupVersion = {
  id: string
  time: string
  kind: string
  title: string
  /** 'other' for what another program left there */
  by: 'toolbay' | 'other'
  /** there was no file */
  absent: boolean
  bytes: number
  /** kept for ever */
  first: boolean
  /** what the file holds now */
  stands: boolean
  deleted: boolean
}

/** What to do about apps that run and write their file from memory: '' asks first. */
export type Closing = '' | 'close' | 'write'

export type ChangeView = {
  id: string
  time: string
  kind: string
  title: string
  files: { path: string; before: string | null; after: string | null }[]
  undoable: boolean
  why_not: string
}

export type KeyView = {
  server: string
  title: string
  profile: string
  name: string
  label: string
  set: boolean
  link: string
  where: string
  /** names of the apps that use the server */
  apps: string[]
}

export type SourceView = {
  source: string
  kind: 'built-in' | 'private' | 'file'
  name: string
  badge: string
  /** where a private registry or a file is; '' for the lists that come with Toolbay */
  about: string
  site: string
  enabled: boolean
  /** false when the policy of this computer forbids it */
  allowed: boolean
  /** the policy of this computer added it, so it cannot be removed */
  managed: boolean
  needs_key: boolean
  key_set: boolean
  curated: boolean
  /** it only says more about servers that others list */
  enriches: boolean
  listings: number
  unreadable: number
  synced: string | null
  /** code of the last failure, or '' */
  error: string
}

export type RegistrySpec = {
  url: string
  name: string
  badge: string
  key: string
  headers: Record<string, string>
  ca_file: string
}

export type RegistryTest = { ok: boolean; servers: number; more: boolean; error: Words | null }

export type CatalogueSize = { entries: number; servers: number; bytes: number }

export type SettingsView = {
  theme: 'system' | 'light' | 'dark'
  home: string
  version: string
  node_origin: string
  /** new versions are looked for once a day */
  updates: boolean
  uv_origin: string
  python_origin: string
  registry: string
  sources: SourceView[]
  catalogue: CatalogueSize
  keys: string
  /** ids of servers that the offer to take them over was put away for, with blanks between */
  adopt_note: string
  /** what is not as it should be */
  notes: Words[]
}

export type FirstRun = { needed: boolean; apps: AppView[]; servers: FoundServer[] }

/** Servers the apps already have; the same one in several apps is one row. */
export type FoundServer = { name: string; detail: string; apps: string[]; readable_key: boolean; entries: number }

/** An extension that Claude Desktop has on this computer. */
export type ExtensionView = {
  id: string
  title: string
  version: string
  publisher: string
  ref: string
  enabled: boolean
  /** how many keys have to be given again */
  keys: number
  /** the server here that came from it, or '' */
  server: string
  problem: Words | null
}

/** A file or link that this computer was asked to open with Toolbay. */
export type Opening = {
  /** for the install sheet when kind is file, for the paste box when it is link, else a path */
  ref: string
  /** file, link, profile, folder */
  kind: string
}

/** One server found in a text. Values of keys stay on the Go side. */
export type PasteItem = {
  /** goes to the install sheet */
  ref: string
  /** npm, pypi, oci, mcpb, remote, local or listing */
  kind: string
  /** what the text calls it */
  name: string
  title: string
  publisher: string
  category: string
  package: Pack
  /** the listing's title when a list knows it, else '' */
  known: string
  /** names of the keys in the text, never their values */
  keys: string[]
  /** sentences */
  warnings: string[]
  /** false when this version of Toolbay cannot install it */
  usable: boolean
}

export type PasteReview = { items: PasteItem[] }

/** What Toolbay takes on this computer. */
export type DiskView = {
  total: number
  /** what nobody uses, and cleanDisk gives back */
  free: number
  parts: DiskPart[]
}

export type DiskPart = {
  /** servers, earlier, prepared, runtimes, caches, trash, images, volumes, catalogue, backups, other */
  kind: string
  /** the server, program or download; '' where there is one only */
  name: string
  bytes: number
  used: boolean
}

/** What was removed or set aside and is not gone yet. */
export type Trashed = {
  id: string
  /** a removed server, an older version's folder with files of its own, or what stood where a server came back to */
  kind: 'server' | 'version' | 'folder'
  server: string
  title: string
  bytes: number
  since: string
  /** when it goes for good */
  until: string
  /** undo of it brings it back; '' when nothing does by itself */
  change: string
  /** its folder, '' when it has no files */
  path: string
}

/** Everything the window may ask for. wails.ts and fake.ts implement it. */
export interface Backend {
  /** why nothing can be shown, or null when all is well */
  failure(): Promise<Words | null>

  search(q: SearchQuery): Promise<SearchPage>
  listing(id: string): Promise<ListingPage>

  installForm(ref: string, pack: number): Promise<InstallForm>
  /** fails with consent_needed for a bundle that has to be fetched first; fetchBundle is the yes */
  installOffer(ref: string, pack: number): Promise<InstallOffer>
  fetchBundle(ref: string, pack: number): Promise<void>
  /** starts a job of kind "install", gives its id */
  install(req: InstallRequest): Promise<string>
  jobs(): Promise<JobView[]>
  cancelJob(id: string): Promise<void>
  /** the last lines that the programs of a job have printed, keys masked */
  jobOutput(id: string): Promise<string[]>

  servers(): Promise<ServerView[]>
  testServer(id: string): Promise<TestResult>
  /** with keys, their keys are forgotten at once and do not come back */
  removeServers(ids: string[], keys: boolean, closing: Closing): Promise<RemoveResult>
  /** compares with what was installed, all when none are named; changes nothing */
  verifyServers(ids: string[]): Promise<VerifyResult[]>

  /** starts a job of kind "sign-in", which waits for the user in the web browser */
  signIn(id: string, acceptRisk: boolean): Promise<string>
  signOut(id: string): Promise<void>
  /** opens the page of the sign-in under way once more */
  showSignIn(): Promise<void>

  /** what Claude Desktop has of its own */
  extensions(): Promise<ExtensionView[]>

  /** from the last look; asks nobody */
  updates(): Promise<UpdateView[]>
  /** starts a job of kind "check" */
  checkUpdates(): Promise<string>
  /** starts a job of kind "compare": fetches the newer version beside the old one, switches nothing */
  prepareUpdate(req: UpdateRequest): Promise<string>
  applyUpdate(req: UpdateRequest): Promise<UpdateResult>
  /** starts a job of kind "update" for each; one with a risk fails with consent_needed */
  updateServers(ids: string[]): Promise<string[]>
  discardUpdate(id: string): Promise<void>
  pin(id: string, pinned: boolean): Promise<void>
  rollback(id: string): Promise<UpdateResult>

  apps(): Promise<AppView[]>
  previewConnect(app: string, servers: string[]): Promise<ChangeResult>
  previewDisconnect(app: string, servers: string[]): Promise<ChangeResult>
  connect(app: string, servers: string[], closing: Closing): Promise<ChangeResult>
  disconnect(app: string, servers: string[], closing: Closing): Promise<ChangeResult>

  adoptables(): Promise<Adoptable[]>
  previewAdopt(req: AdoptRequest): Promise<AdoptPreview>
  /** starts a job of kind "adopt" for each, one after the other */
  adopt(reqs: AdoptRequest[], closing: Closing): Promise<string[]>
  copiesWithKeys(server: string): Promise<Copies>
  /** for good; what they belong to cannot be undone any more */
  deleteCopies(server: string): Promise<Copies>
  previewGiveBack(server: string): Promise<GiveBackPreview>
  /** agreed is the yes to keys that stand readable again */
  giveBack(server: string, agreed: boolean, closing: Closing): Promise<ChangeResult>

  keys(): Promise<KeyView[]>
  replaceKey(server: string, profile: string, name: string, value: string): Promise<void>
  removeKey(server: string, profile: string, name: string): Promise<void>

  history(): Promise<ChangeView[]>
  changeDiff(id: string): Promise<FileDiff[]>
  undo(id: string, closing: Closing): Promise<ChangeResult>

  /** the versions of an app's files */
  backups(app: string): Promise<BackupList>
  previewRestore(file: string, version: string): Promise<ChangeResult>
  /** agreed is the yes to a version that its apps cannot read */
  restore(file: string, version: string, agreed: boolean, closing: Closing): Promise<ChangeResult>

  profiles(): Promise<ProfileView[]>
  profile(id: string): Promise<ProfileDetail>
  /** like is a profile to copy, '' for an empty one */
  createProfile(name: string, like: string): Promise<ProfileResult>
  renameProfile(id: string, name: string): Promise<ProfileResult>
  deleteProfile(id: string): Promise<ProfileResult>
  addToProfile(id: string, servers: string[], closing: Closing): Promise<ProfileResult>
  removeFromProfile(id: string, servers: string[], closing: Closing): Promise<ProfileResult>
  profileApps(id: string, apps: string[], closing: Closing): Promise<ProfileResult>
  profileCell(id: string, server: string, app: string, on: boolean, closing: Closing): Promise<ProfileResult>
  /** null is all tools, also those to come */
  profileTools(id: string, server: string, tools: string[] | null, closing: Closing): Promise<ProfileResult>
  profileSettings(id: string, server: string): Promise<ProfileSetting[]>
  setInProfile(req: ProfileSetRequest, closing: Closing): Promise<ProfileResult>
  /** skip are apps to leave as they are */
  previewSwitch(id: string, skip: string[]): Promise<ProfileResult>
  switchProfile(id: string, skip: string[], closing: Closing): Promise<ProfileResult>
  previewLink(id: string, folder: string): Promise<ProfileResult>
  linkFolder(id: string, folder: string): Promise<ProfileResult>
  unlinkFolder(id: string, folder: string): Promise<ProfileResult>
  /** asks where to with the system's own dialog; null when no place was chosen */
  exportProfile(id: string): Promise<Exported | null>
  /** asks which file with the system's own dialog; '' when none was chosen */
  pickProfile(): Promise<string>
  /** what a profile's file, or the one in a folder, would bring */
  reviewProfile(path: string): Promise<ProfileOffer>
  /** starts a job of kind "import" */
  importProfile(req: ImportRequest): Promise<string>
  project(folder: string): Promise<ProjectView>

  /** what changed in the apps' files outside Toolbay */
  /** Looks at every file of the apps; only reads. */
  checkApps(): Promise<RepairView[]>
  /** Mends one file; sureOnly leaves out what had to be asked. */
  repair(app: string, path: string, sureOnly: boolean, closing: Closing): Promise<ChangeResult>
  previewRepair(app: string, path: string, sureOnly: boolean): Promise<RepairView>
  /** Starts each server of a file once, as the app would. */
  proveEntries(app: string, path: string): Promise<EntryProof[]>
  parked(): Promise<ParkedView[]>
  forgetParked(id: string): Promise<void>
  repairNotes(app: string): Promise<RepairNote[]>
  doctor(): Promise<DoctorView>
  /** ends it; doctor then fails with "cancelled" */
  stopDoctor(): Promise<void>
  notices(): Promise<NoticeView[]>
  putBack(ids: string[], closing: Closing): Promise<ChangeResult>
  keepNotice(id: string): Promise<void>

  settings(): Promise<SettingsView>
  setSetting(name: string, value: string): Promise<void>
  /** '' = all sources; starts a job of kind "sync" */
  sync(source: string): Promise<string>
  importFile(): Promise<{ source: string; kept: number } | null>
  /** asks a private registry without keeping anything */
  testRegistry(spec: RegistrySpec): Promise<RegistryTest>
  addRegistry(spec: RegistrySpec): Promise<SourceView>
  /** a private registry or an imported file, with its listings and key */
  removeSource(id: string): Promise<void>
  /** '' forgets the key */
  setSourceKey(id: string, value: string): Promise<void>
  /** all ids, the one that wins first */
  orderSources(ids: string[]): Promise<void>

  disk(): Promise<DiskView>
  /** removes what nobody uses, with trash also what could be brought back; the bytes that came free */
  cleanDisk(trash: boolean): Promise<number>
  /** what was removed or set aside and is not gone yet */
  trash(): Promise<Trashed[]>
  /** shows a folder of the trash in the system's own program for files */
  openTrash(id: string): Promise<void>

  firstRun(): Promise<FirstRun>
  finishFirstRun(): Promise<void>

  /** what the desktop asked Toolbay to open before the page was there; later ones come as 'open' */
  opened(): Promise<Opening[]>
  /** files dropped on the window: those that can be opened */
  openFiles(paths: string[]): Promise<Opening[]>
  /** looks for servers in a text; runs and fetches nothing */
  paste(text: string): Promise<PasteReview>

  /** native pickers; '' when the user changed their mind */
  pickFolder(title: string): Promise<string>
  pickFile(title: string): Promise<string>
  openLink(url: string): Promise<void>

  /** 'job' carries a JobView; 'changed' carries the name of what to ask for again */
  on(event: 'job', f: (j: JobView) => void): () => void
  on(event: 'changed', f: (what: Changed) => void): () => void
  on(event: 'open', f: (what: Opening) => void): () => void
  /** paths of files dropped on the window */
  on(event: 'drop', f: (paths: string[]) => void): () => void
}
