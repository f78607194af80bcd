import {
  AppWindow,
  Asterisk,
  Braces,
  CodeXml,
  Hexagon,
  type LucideIcon,
  MousePointer2,
  Sparkle,
  Terminal,
} from 'lucide-react'
import { cn } from './cn'

/** Stand-ins: the apps' own icons are theirs. */
const glyphs: Record<string, LucideIcon> = {
  'claude-desktop': Asterisk,
  'claude-code': Terminal,
  cursor: MousePointer2,
  vscode: CodeXml,
  codex: Hexagon,
  'gemini-cli': Sparkle,
  opencode: Braces,
}

const sizes = {
  24: ['size-6 rounded-[0.41rem]', 'size-3.25'],
  32: ['size-8 rounded-[0.54rem]', 'size-4'],
  44: ['size-11 rounded-[0.81rem]', 'size-5.25'],
} as const

export function appIcon(app: string): LucideIcon {
  return glyphs[app] ?? AppWindow
}

export function AppGlyph({ app, size = 32 }: { app: string; size?: keyof typeof sizes }) {
  const Glyph = appIcon(app)
  const [box, icon] = sizes[size]
  return (
    <span aria-hidden className={cn('grid shrink-0 place-items-center border border-line-2 bg-card text-ink', box)}>
      <Glyph className={icon} />
    </span>
  )
}
