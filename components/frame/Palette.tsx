'use client'
import { Command } from 'cmdk'
import { usePathname } from 'next/navigation'
import { useEffect, useState } from 'react'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import { Act, Firing, findingValue, GoTo, Proposed, ThePage } from './PaletteGroups.tsx'
import { usePaletteThings } from './usePaletteThings.ts'

/**
 * Ctrl/Cmd-K: go anywhere, open what is firing or proposed, set the range. "Apply…" and "Silence…" open the finding at its button or its
 * dialog: the same confirmation as everywhere. The palette itself never applies anything.
 */
export function Palette({ open, onClose, frame }: { open: boolean; onClose: () => void; frame: FrameView }) {
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState('')
  const things = usePaletteThings(open, text)
  const first = things.findings[0]
  const here = /^\/findings\/([^/]+)$/.exec(usePathname())?.[1]
  // Of the finding that is open; of all, once somebody types what to do.
  const actOn = things.findings.filter(({ id }) => id === here || text !== '')
  // What fires comes first, also when it arrives after the rest was drawn.
  useEffect(() => {
    if (open && first && text === '') setChosen(findingValue(first))
  }, [open, first, text])
  const run = (act: () => void) => () => {
    setText('')
    onClose()
    act()
  }
  return (
    <Command.Dialog
      open={open}
      onOpenChange={(now) => !now && onClose()}
      label="Go, find, act"
      value={chosen}
      onValueChange={setChosen}
      overlayClassName="fixed inset-0 z-50 animate-fade bg-[oklch(0.15_0.01_250/0.35)]"
      contentClassName="fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded border border-line bg-raised shadow-float outline-none"
    >
      <Command.Input
        value={text}
        onValueChange={setText}
        placeholder="Go to, find, open…"
        className="h-12 w-full border-line border-b bg-transparent px-4 text-base outline-none placeholder:text-dim"
      />
      <Command.List className="max-h-[52vh] overflow-y-auto p-2">
        <Command.Empty className="px-2 py-6 text-dim text-sm">Nothing of that name.</Command.Empty>
        <Firing findings={things.findings} run={run} />
        <Proposed proposals={things.proposals} run={run} />
        <Act heading={text === '' ? 'This finding' : 'Act'} findings={actOn} proposals={things.proposals} here={here} run={run} />
        <GoTo frame={frame} places={things.places} run={run} />
        <ThePage run={run} />
      </Command.List>
    </Command.Dialog>
  )
}
