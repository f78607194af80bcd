import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  type RouterHistory,
} from '@tanstack/react-router'
import { Activity } from '@/features/activity/activity'
import { Apps, chosenApp } from '@/features/apps/apps'
import { Discover } from '@/features/discover/discover'
import { Installed } from '@/features/installed/installed'
import { Keys } from '@/features/keys/keys'
import { ListingScreen } from '@/features/listing/listing'
import { Profiles } from '@/features/profiles/profiles'
import { Settings, settingsPart } from '@/features/settings/settings'
import { Shell } from './shell'

const root = createRootRoute({ component: Shell, notFoundComponent: Discover })

const routeTree = root.addChildren([
  createRoute({ getParentRoute: () => root, path: '/', component: Discover }),
  createRoute({ getParentRoute: () => root, path: '/listing/$id', component: ListingScreen }),
  createRoute({ getParentRoute: () => root, path: '/installed', component: Installed }),
  createRoute({ getParentRoute: () => root, path: '/profiles', component: Profiles }),
  createRoute({ getParentRoute: () => root, path: '/apps', component: Apps, validateSearch: chosenApp }),
  createRoute({ getParentRoute: () => root, path: '/activity', component: Activity }),
  createRoute({ getParentRoute: () => root, path: '/keys', component: Keys }),
  createRoute({ getParentRoute: () => root, path: '/settings', component: Settings, validateSearch: settingsPart }),
])

/** Paths stand behind the #: Wails serves one page and knows no others. */
export function makeRouter(history: RouterHistory = createHashHistory()) {
  return createRouter({ routeTree, history, defaultPreload: false })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
