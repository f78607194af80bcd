import { useNavigate } from '@tanstack/react-router'
import { createContext, type ReactNode, use, useMemo, useState } from 'react'
import { ImportSheet } from './import-sheet'
import { ProjectPanel } from './project-panel'

type Control = {
  /** what stands in a project's folder */
  openFolder: (folder: string) => void
  /** what a profile's file, or a project's folder, would bring */
  openFile: (path: string, folder?: string) => void
  /** the profile that an import made last, or '' */
  made: string
}

const Context = createContext<Control | null>(null)

/** A project's folder and a profile's file can be opened from every screen, and dropped on it. */
export function ProjectsProvider({ children }: { children: ReactNode }) {
  const [folder, setFolder] = useState('')
  const navigate = useNavigate()
  const [made, setMade] = useState('')
  const [file, setFile] = useState({ path: '', folder: '' })
  const close = () => setFile({ path: '', folder: '' })
  const control = useMemo<Control>(
    () => ({
      made,
      openFolder: setFolder,
      openFile: (path, within = '') => {
        setFolder('')
        setFile({ path, folder: within })
      },
    }),
    [made],
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
          onClose={close}
          onMade={(profile) => {
            close()
            setMade(profile)
            void navigate({ to: '/profiles' })
          }}
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
