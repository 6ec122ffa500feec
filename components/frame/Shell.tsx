'use client'
import { PanelLeftClose, PanelLeftOpen } from 'lucide-react'
import { usePathname } from 'next/navigation'
import { type ReactNode, useEffect, useState } from 'react'
import { Button } from '@/components/ui/button.tsx'
import { cn } from '@/components/ui/cn.ts'
import { later } from '@/components/ui/later.tsx'
import { Logo } from '@/components/ui/logo.tsx'
import { Toaster } from '@/components/ui/toast.tsx'
import { Tooltip } from '@/components/ui/tooltip.tsx'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import { Go } from './Go.tsx'
import { useLive } from './live.tsx'
import { Notices } from './Notices.tsx'
import { isHere, NOUNS, nounsFor } from './nav.ts'
import { TopBar } from './TopBar.tsx'
import { useApi } from './useApi.ts'
import { useEvents } from './useEvents.ts'
import { useKeys } from './useKeys.ts'

const Palette = later(() => import('./Palette.tsx').then(({ Palette }) => Palette))
const Help = later(() => import('./Help.tsx').then(({ Help }) => Help))

/** The rail, the top bar, the palette and the page between them. */
export function Shell({ initialFrame, children }: { initialFrame: FrameView; children: ReactNode }) {
  const { data: frame = initialFrame } = useApi<FrameView>(['frame'], 'frame', { initialData: initialFrame, everyMs: 10_000 })
  const { live } = useLive()
  const [palette, setPalette] = useState(false)
  const [help, setHelp] = useState(false)
  useEvents(live)
  useKeys({ openPalette: () => setPalette(true), openHelp: () => setHelp(true), nouns: nounsFor(frame) })

  return (
    <div className="flex min-h-dvh">
      <a href="#page" className="sr-only z-50 bg-raised px-3 py-2 focus:not-sr-only focus:fixed focus:top-2 focus:left-2">
        Skip to the page
      </a>
      <Rail frame={frame} />
      <div className="flex min-w-0 flex-1 flex-col max-sm:pb-14">
        <TopBar frame={frame} openPalette={() => setPalette(true)} openHelp={() => setHelp(true)} />
        <Notices frame={frame} />
        <main id="page" tabIndex={-1} className="min-w-0 flex-1 pb-12 outline-none">
          {children}
        </main>
      </div>
      <BottomBar frame={frame} openPalette={() => setPalette(true)} />
      {palette && <Palette open onClose={() => setPalette(false)} frame={frame} />}
      {help && <Help nouns={nounsFor(frame)} open onClose={() => setHelp(false)} />}
      <Toaster />
    </div>
  )
}

const FOLDED = 'evenkeel:rail'

function Rail({ frame }: { frame: FrameView }) {
  const pathname = usePathname()
  const [folded, setFolded] = useState(false)
  useEffect(() => setFolded(localStorage.getItem(FOLDED) === 'folded'), [])
  const fold = () => {
    localStorage.setItem(FOLDED, folded ? '' : 'folded')
    setFolded(!folded)
  }
  return (
    <nav
      aria-label="Main"
      className={cn(
        'sticky top-0 flex h-dvh shrink-0 flex-col border-line border-r bg-sunken py-2 max-sm:hidden print:hidden',
        folded ? 'w-12 px-1.5' : 'w-44 px-2 max-lg:w-12 max-lg:px-1.5',
      )}
    >
      <Go href="/" className="mb-2 flex h-8 items-center gap-2 rounded px-2 font-semibold tracking-tight" aria-label="Evenkeel, overview">
        <Logo />
        <span className={folded ? 'hidden' : 'max-lg:hidden'}>Evenkeel</span>
      </Go>
      <ul className="flex flex-1 flex-col gap-px overflow-y-auto">
        {nounsFor(frame).map((noun) => {
          const here = isHere(noun.href, pathname)
          const Icon = noun.icon
          return (
            <li key={noun.href}>
              <Tooltip text={folded ? noun.label : ''} side="right">
                <Go
                  href={noun.href}
                  aria-current={here ? 'page' : undefined}
                  title={`g ${noun.key}`}
                  className={cn(
                    'relative flex h-8 items-center gap-2.5 rounded px-2 text-sm',
                    here ? 'bg-hover font-medium text-text' : 'text-dim hover:bg-hover hover:text-text',
                  )}
                >
                  <Icon size={16} strokeWidth={1.75} aria-hidden className={cn('shrink-0', here && 'text-accent')} />
                  <span className={folded ? 'sr-only' : 'max-lg:sr-only'}>{noun.label}</span>
                  {noun.href === '/findings' && frame.firing > 0 && <Count n={frame.firing} small={folded} />}
                </Go>
              </Tooltip>
            </li>
          )
        })}
      </ul>
      <Button look="ghost" size="icon" onClick={fold} aria-label={folded ? 'Unfold the rail' : 'Fold the rail'} className="max-lg:hidden">
        {folded ? <PanelLeftOpen size={16} aria-hidden /> : <PanelLeftClose size={16} aria-hidden />}
      </Button>
    </nav>
  )
}

function Count({ n, small }: { n: number; small?: boolean }) {
  return (
    <span
      className={cn(
        'ml-auto rounded-full bg-critical-soft px-1.5 font-medium text-critical-text text-xs tabular',
        small ? 'absolute -top-0.5 right-0' : 'max-lg:absolute max-lg:-top-0.5 max-lg:right-0',
      )}
    >
      {n}
      <span className="sr-only"> firing</span>
    </span>
  )
}

/** On a phone: what an on-call needs first, the rest through the palette. */
function BottomBar({ frame, openPalette }: { frame: FrameView; openPalette: () => void }) {
  const pathname = usePathname()
  const first = ['/', '/findings', '/pools', '/changes']
  const items = NOUNS.filter((noun) => first.includes(noun.href))
  return (
    <nav aria-label="Main" className="fixed inset-x-0 bottom-0 z-30 flex h-14 border-line border-t bg-sunken sm:hidden print:hidden">
      {items.map((noun) => {
        const here = isHere(noun.href, pathname)
        const Icon = noun.icon
        return (
          <Go
            key={noun.href}
            href={noun.href}
            aria-current={here ? 'page' : undefined}
            className={cn('relative flex flex-1 flex-col items-center justify-center gap-0.5 text-xs', here ? 'text-text' : 'text-dim')}
          >
            <Icon size={18} strokeWidth={1.75} aria-hidden className={here ? 'text-accent' : ''} />
            {noun.label}
            {noun.href === '/findings' && frame.firing > 0 && (
              <span className="absolute top-1 right-[calc(50%-1.5rem)] rounded-full bg-critical-soft px-1.5 text-critical-text text-xs">
                {frame.firing}
                <span className="sr-only"> firing</span>
              </span>
            )}
          </Go>
        )
      })}
      <button type="button" onClick={openPalette} className="flex flex-1 flex-col items-center justify-center gap-0.5 text-dim text-xs">
        <span aria-hidden className="h-[18px] text-lg leading-[14px]">
          …
        </span>
        More
      </button>
    </nav>
  )
}
