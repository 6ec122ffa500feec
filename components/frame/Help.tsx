'use client'
import { Kbd } from '@/components/ui/kbd.tsx'
import { Dialog } from '@/components/ui/sheet.tsx'
import type { Noun } from './nav.ts'

const KEYS: [string[], string][] = [
  [['Ctrl', 'K'], 'Palette: go, filter, act'],
  [['/'], 'Filter the list'],
  [['j'], 'Next row'],
  [['k'], 'Row before'],
  [['Enter'], 'Open the row'],
  [['Esc'], 'Back to the list'],
  [['a'], 'Open the proposal (never applies)'],
  [['s'], 'Silence'],
  [['t'], 'Chart as a table'],
  [['l'], 'Live or paused'],
  [['?'], 'This help'],
]

/** All keys. */
export function Help({ nouns, open, onClose }: { nouns: readonly Noun[]; open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="Keys">
      <div className="grid gap-x-8 gap-y-1.5 sm:grid-cols-2">
        <ul className="flex flex-col gap-1.5">
          {KEYS.map(([keys, what]) => (
            <Row key={what} keys={keys} what={what} />
          ))}
        </ul>
        <ul className="flex flex-col gap-1.5">
          {nouns.map((noun) => (
            <Row key={noun.href} keys={['g', noun.key]} what={noun.label} />
          ))}
        </ul>
      </div>
    </Dialog>
  )
}

function Row({ keys, what }: { keys: string[]; what: string }) {
  return (
    <li className="flex items-center gap-2 text-sm">
      <span className="flex w-20 shrink-0 gap-1">
        {keys.map((key) => (
          <Kbd key={key}>{key}</Kbd>
        ))}
      </span>
      {what}
    </li>
  )
}
