'use client'
import { useQueryClient } from '@tanstack/react-query'
import { CircleHelp, Pause, Play, Search, UserRound } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useTheme } from 'next-themes'
import { useState } from 'react'
import { Button } from '@/components/ui/button.tsx'
import { cn } from '@/components/ui/cn.ts'
import { Field, Input } from '@/components/ui/field.tsx'
import { Kbd } from '@/components/ui/kbd.tsx'
import { Menu, type MenuItem } from '@/components/ui/menu.tsx'
import { Dialog } from '@/components/ui/sheet.tsx'
import { Shape } from '@/components/ui/status.tsx'
import { ago } from '@/lib/format/format.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import { authorityText } from '@/lib/model/roles.ts'
import { post } from './api.ts'
import { useConnection } from './connection.ts'
import { useClock, useLive } from './live.tsx'
import { Mode } from './Mode.tsx'
import { rangeBounds, rangeText, SPANS } from './range.ts'
import { ScopeFilter } from './Scope.tsx'
import { refreshAll } from './useEvents.ts'
import { useRange } from './useRange.ts'

type Props = { frame: FrameView; openPalette: () => void; openHelp: () => void }

/** Scope, range, live, palette, mode, person. */
export function TopBar({ frame, openPalette, openHelp }: Props) {
  return (
    <header className="sticky top-0 z-20 flex h-12 items-center gap-2 border-line border-b bg-surface px-4 max-sm:gap-1 max-sm:px-2 print:hidden">
      <ScopeFilter />
      <div className="ml-auto flex items-center gap-2 max-sm:gap-1">
        <RangeMenu />
        <LiveButton frame={frame} />
        <Button look="plain" onClick={openPalette} aria-label="Palette: go, find, act" className="max-md:hidden">
          <Search size={14} aria-hidden className="text-dim" />
          <span className="text-dim max-xl:hidden">Go, find, act</span>
          <Kbd>Ctrl K</Kbd>
        </Button>
        <Mode frame={frame} />
        <Person frame={frame} openHelp={openHelp} />
      </div>
    </header>
  )
}

function RangeMenu() {
  const { range, setSpan, reset, compare, setCompare, zoom } = useRange()
  const [custom, setCustom] = useState(false)
  const items: MenuItem[] = SPANS.map((span) => ({
    label: rangeText({ live: true, spanMs: spanOf(span) }),
    onSelect: () => setSpan(span),
    checked: range.live && range.spanMs === spanOf(span),
  }))
  items.push('line', { label: 'From … to …', onSelect: () => setCustom(true), checked: !range.live })
  if (!range.live) items.push({ label: 'Back to now', onSelect: reset })
  items.push({ label: 'Compare with before', onSelect: () => setCompare(!compare), checked: compare })
  return (
    <>
      <Menu items={items}>
        <Button aria-label={`Time range: ${rangeText(range)}${compare ? ', compared with before' : ''}`}>
          <span className="max-w-52 truncate tabular" suppressHydrationWarning>
            {rangeText(range)}
          </span>
          {compare && <span className="text-dim max-sm:hidden">and before</span>}
        </Button>
      </Menu>
      {custom && <CustomRange onClose={() => setCustom(false)} onChoose={zoom} initial={rangeBounds(range, Date.now())} />}
    </>
  )
}
function CustomRange({
  initial,
  onChoose,
  onClose,
}: {
  initial: { from: number; to: number }
  onChoose: (from: number, to: number) => void
  onClose: () => void
}) {
  const [from, setFrom] = useState(forInput(initial.from))
  const [to, setTo] = useState(forInput(initial.to))
  const [a, b] = [new Date(from).getTime(), new Date(to).getTime()]
  const wrong = Number.isNaN(a) || Number.isNaN(b) ? 'Both moments are needed.' : b <= a ? 'The end must come after the beginning.' : null
  return (
    <Dialog
      open
      onClose={onClose}
      title="Time range"
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            disabledBecause={wrong}
            onClick={() => {
              onChoose(a, b)
              onClose()
            }}
          >
            Show
          </Button>
        </>
      }
    >
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="From">
          {(props) => <Input {...props} type="datetime-local" step={1} value={from} onChange={(event) => setFrom(event.target.value)} />}
        </Field>
        <Field label="To" wrong={wrong}>
          {(props) => <Input {...props} type="datetime-local" step={1} value={to} onChange={(event) => setTo(event.target.value)} />}
        </Field>
      </div>
    </Dialog>
  )
}
/** As the field wants it: local time, to the second. */
const forInput = (ms: number) => new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 19)

const spanOf = (span: string) => Number.parseInt(span, 10) * { m: 60_000, h: 3_600_000, d: 86_400_000 }[span.at(-1) as 'm' | 'h' | 'd']

function LiveButton({ frame }: { frame: FrameView }) {
  const { connected, newestAt: told } = useConnection()
  const newestAt = told ?? (frame.newestSampleAt ? Date.parse(frame.newestSampleAt) : null)
  const { live, setLive } = useLive()
  const client = useQueryClient()
  const now = useClock()
  const age = newestAt && now ? now - newestAt : null
  const old = age !== null && age > 10_000
  const words = !live
    ? 'Paused'
    : !connected
      ? 'No connection'
      : age === null
        ? 'Live'
        : old
          ? ago(newestAt!, now)
          : `Live ${Math.max(0, Math.round(age / 1_000))} s`
  return (
    <Button
      aria-pressed={live}
      hint={live ? 'Pause (l). The age is that of the newest sample.' : 'Go live (l)'}
      aria-label={live ? 'Live; press to pause' : 'Paused; press to go live'}
      onClick={() => {
        setLive(!live)
        if (!live) refreshAll(client)
      }}
      className={cn('tabular', live && (old || !connected) && 'text-warning-text!')}
    >
      {live ? <Pause size={12} aria-hidden /> : <Play size={12} aria-hidden />}
      {live && (old || !connected) && <Shape tone="warning" />}
      <span className="inline-block min-w-14 text-left max-sm:hidden">{words}</span>
    </Button>
  )
}

function Person({ frame, openHelp }: { frame: FrameView; openHelp: () => void }) {
  const { theme, setTheme } = useTheme()
  const router = useRouter()
  const who = frame.person ? `${frame.person.name}, ${authorityText(frame.person)}` : 'Nobody is signed in'
  const items: MenuItem[] = [
    { label: <span className="text-dim">{who}</span>, onSelect: () => {} },
    'line',
    ...(['system', 'light', 'dark'] as const).map((name) => ({
      label: { system: 'Theme: as the system', light: 'Theme: light', dark: 'Theme: dark' }[name],
      onSelect: () => setTheme(name),
      checked: theme === name,
    })),
    'line',
    ...(frame.auth !== 'none' && frame.person ? [{ label: 'Your account', onSelect: () => router.push('/account') }] : []),
    { label: 'Keys', hint: '?', onSelect: openHelp },
    ...((frame.auth === 'local' || frame.auth === 'oidc') && frame.person
      ? [
          {
            label: 'Sign out',
            onSelect: () => {
              post<{ next: string | null }>('session/sign-out').then(
                ({ next }) => location.assign(next ?? '/sign-in'),
                () => location.assign('/sign-in'),
              )
            },
          },
        ]
      : []),
    'line',
    { label: <span className="text-dim">Evenkeel {frame.version}</span>, onSelect: () => {} },
  ]
  return (
    <Menu items={items}>
      <Button look="ghost" size="icon" aria-label={`You: ${who}`}>
        {frame.person ? <UserRound size={16} aria-hidden /> : <CircleHelp size={16} aria-hidden />}
      </Button>
    </Menu>
  )
}
