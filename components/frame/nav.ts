import type { LucideIcon } from 'lucide-react'
import {
  Bell,
  Bot,
  CircleDot,
  ClipboardCheck,
  Compass,
  Database,
  Gauge,
  GitCommitVertical,
  KeyRound,
  ScrollText,
  Server,
  Settings,
  TriangleAlert,
  Waypoints,
  Zap,
} from 'lucide-react'
import type { FrameView } from '@/lib/model/answers/frame.ts'

export type Noun = { href: string; label: string; key: string; icon: LucideIcon; drillsOnly?: boolean; adminOnly?: boolean }

/** The rail, in the order of a question: what is wrong, where, why, what was done. `key` follows `g`. */
export const NOUNS: readonly Noun[] = [
  { href: '/', label: 'Overview', key: 'o', icon: Gauge },
  { href: '/findings', label: 'Findings', key: 'f', icon: TriangleAlert },
  { href: '/caches', label: 'Caches', key: 'c', icon: Database },
  { href: '/pools', label: 'Pools', key: 'p', icon: Waypoints },
  { href: '/rings', label: 'Rings', key: 'r', icon: CircleDot },
  { href: '/keys', label: 'Keys', key: 'k', icon: KeyRound },
  { href: '/changes', label: 'Changes', key: 'h', icon: GitCommitVertical },
  { href: '/autopilot', label: 'Autopilot', key: 'i', icon: Bot },
  { href: '/review', label: 'Review', key: 'v', icon: ClipboardCheck },
  { href: '/explore', label: 'Explore', key: 'e', icon: Compass },
  { href: '/alerts', label: 'Alerts', key: 'a', icon: Bell },
  { href: '/targets', label: 'Targets', key: 't', icon: Server },
  { href: '/drills', label: 'Drills', key: 'd', icon: Zap, drillsOnly: true },
  { href: '/audit', label: 'Audit', key: 'u', icon: ScrollText, adminOnly: true },
  { href: '/settings', label: 'Settings', key: 's', icon: Settings },
]

/** The nouns of the rail for whoever looks. */
export const nounsFor = ({ drills, person }: Pick<FrameView, 'drills' | 'person'>): Noun[] =>
  NOUNS.filter((noun) => (!noun.drillsOnly || drills) && (!noun.adminOnly || person?.role === 'admin'))

/** Pages that stand under another noun of the rail. */
const UNDER: Record<string, string> = {
  incidents: '/findings',
  lab: '/rings',
  curves: '/caches',
  rules: '/settings',
  calibration: '/changes',
  runs: '/changes',
}

/** Whether a place in the rail is the one that a path belongs to. */
export function isHere(href: string, pathname: string): boolean {
  const first = pathname.split('/')[1] ?? ''
  return href === (UNDER[first] ?? `/${first}`)
}
