import {
  Box,
  Brain,
  CalendarDays,
  Clapperboard,
  Cloud,
  CodeXml,
  CreditCard,
  Database,
  FlaskConical,
  Folder,
  Globe,
  House,
  type LucideIcon,
  MessageSquare,
  PenTool,
} from 'lucide-react'
import type { CSSProperties } from 'react'
import { cn } from './cn'
import { hue } from './hue'

const glyphs: Record<string, LucideIcon> = {
  files: Folder,
  calendar: CalendarDays,
  coding: CodeXml,
  databases: Database,
  web: Globe,
  design: PenTool,
  money: CreditCard,
  chat: MessageSquare,
  ai: Brain,
  cloud: Cloud,
  media: Clapperboard,
  science: FlaskConical,
  home: House,
}

const sizes = {
  24: ['size-6 rounded-[0.41rem]', 'size-3.5'],
  32: ['size-8 rounded-[0.54rem]', 'size-4'],
  40: ['size-10 rounded-[0.68rem]', 'size-5'],
  64: ['size-16 rounded-[1.07rem]', 'size-7.5'],
} as const

/** A server's face: the glyph of its category on a tint of its own. */
export function Tile({ name, category, size = 40 }: { name: string; category: string; size?: keyof typeof sizes }) {
  const Glyph = glyphs[category] ?? Box
  const [box, icon] = sizes[size]
  const tint = { '--h': hue(name) } as CSSProperties
  return (
    <span aria-hidden style={tint} className={cn('tile-tint grid shrink-0 place-items-center', box)}>
      <Glyph className={icon} />
    </span>
  )
}
