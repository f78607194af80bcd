import { createContext, type ReactNode, use, useMemo, useState } from 'react'
import { ImportSheet } from './import-sheet'
import { ProjectPanel } from './project-panel'

type Control = {
  /** what stands in a project's folder */
  openFolder: (folder: string) => void
  /** what a profile's file, or a project's folder, would bring */
  openFile: (path: string, folder?: string) => void
}

const Context = createContext<Control | null>(null)

/** A project's folder and a profile's file can be opened from every screen, and dropped on it. */
export function ProjectsProvider({ children }: { children: ReactNode }) {
  const [folder, setFolder] = useState('')
  const [file, setFile] = useState({ path: '', folder: '' })
  const control = useMemo<Control>(
    () => ({
      openFolder: setFolder,
      openFile: (path, within = '') => {
        setFolder('')
        setFile({ path, folder: within })
      },
    }),
    [],
  )
  return (
    <Context value={control}>
      {children}
      {folder !== '' && (
        <ProjectPanel
          key={folder}
          folder={folder}
          onClose={() => setFolder('')}
          onDeclared={(path) => control.openFile(path, path)}
        />
      )}
      {file.path !== '' && (
        <ImportSheet
          key={file.path}
          path={file.path}
          folder={file.folder}
          onClose={() => setFile({ path: '', folder: '' })}
        />
      )}
    </Context>
  )
}

export function useProjects(): Control {
  const control = use(Context)
  if (!control) throw new Error('ProjectsProvider is missing')
  return control
}
