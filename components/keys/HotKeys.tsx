'use client'
import { parseAsJson, useQueryState } from 'nuqs'
import { FilterNote, isNarrowed, NoneMatch } from '@/components/frame/FilterNote.tsx'
import { linkLook } from '@/components/frame/Go.tsx'
import { useClock } from '@/components/frame/live.tsx'
import { type First, useFiltered } from '@/components/frame/useFiltered.ts'
import { Empty } from '@/components/ui/empty.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { More } from '@/components/ui/more.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { ago, safe, text } from '@/lib/format/format.ts'
import type { HotKeyView } from '@/lib/model/answers/key.ts'
import { HotKeySheet } from './HotKeySheet.tsx'
import { TargetLink } from './TargetLink.tsx'

const METHOD: Record<HotKeyView['method'], string> = {
  monitor: 'MONITOR bursts',
  watch: 'watch bursts',
  hotkeys: 'HOTKEYS',
  lfu: 'LFU class',
  'slot-stats': 'load of its slot',
  'access-log': 'access log',
}

const MEASURE: Record<HotKeyView['measure'], string> = { reads: 'reads', accesses: 'reads and writes', 'cpu-time': 'CPU time' }

/** Which key's sheet is open: its target and its name. */
const isNamed = (value: unknown): [string, string] | null =>
  Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string' ? [value[0], value[1]] : null

const HOT_WORDS = ['key that stands out', 'keys that stand out'] as const

/** The keys that are read most, with their share and what it was counted by. */
export function HotKeys({ first }: { first: First<HotKeyView> }) {
  const now = useClock(5_000)
  const [open, setOpen] = useQueryState('key', parseAsJson(isNamed))
  const list = useFiltered<HotKeyView>(['keys', 'hot'], 'keys/hot', { first, everyMs: 3_000 })
  const columns: Column<HotKeyView>[] = [
    {
      id: 'key',
      head: 'Key',
      grow: true,
      cell: (key) => (
        <span className="flex flex-wrap items-center gap-x-2">
          <button type="button" className={`${linkLook} text-left font-mono text-xs`} onClick={() => void setOpen([key.target, key.key])}>
            {safe(key.key, 120)}
          </button>
          {key.hot && <Status tone="warning">hot</Status>}
          <span className="w-full text-dim text-xs sm:hidden">{safe(key.target, 60)}</span>
        </span>
      ),
    },
    { id: 'target', head: 'Target', from: 'sm', cell: (key) => <TargetLink name={key.target} /> },
    {
      id: 'share',
      head: 'Share',
      right: true,
      sort: (key) => key.share,
      cell: (key) => (
        <>
          <Figure value={key.share} unit="ratio" low={key.low} high={key.high} />
          {key.measure !== 'reads' && <span className="block text-xs text-dim">of {MEASURE[key.measure]}</span>}
        </>
      ),
    },
    {
      id: 'rate',
      head: 'Rate',
      right: true,
      from: 'md',
      sort: (key) => key.perSecond,
      cell: (key) => <Figure value={key.perSecond} unit="perSecond" />,
    },
    {
      id: 'clients',
      head: 'Mostly from',
      from: 'lg',
      cell: (key) => {
        const [first, ...others] = key.clients ?? []
        return first ? (
          <span
            className="text-dim"
            title={key.clients?.map(({ address, share }) => `${address} ${(share * 100).toFixed(0)} %`).join('\n')}
          >
            {safe(first.address, 40)}
            {others.length > 0 ? `, ${others.length} more` : ''}
          </span>
        ) : (
          <span className="text-dim">–</span>
        )
      },
    },
    {
      id: 'method',
      head: 'Counted by',
      from: 'md',
      cell: (key) => (
        <span className="whitespace-nowrap text-dim" title={`${key.lines} commands ${key.method === 'hotkeys' ? 'sampled' : 'heard'}`}>
          {METHOD[key.method]}
          {key.heardMs !== null && <span className="text-xs">, within {text(key.heardMs / 1000, 'seconds')}</span>}
        </span>
      ),
    },
    { id: 'confidence', head: 'Confidence', from: 'lg', cell: (key) => <span className="text-dim">{key.confidence}</span> },
    { id: 'at', head: 'Seen', right: true, from: 'lg', cell: (key) => (now ? ago(Date.parse(key.at), now) : '') },
  ]
  return (
    <>
      <FilterNote lists={[list]} noun={HOT_WORDS} />
      <Table
        label="Hot keys"
        main
        hold
        columns={columns}
        rows={list.items}
        question={list.question}
        rowKey={(key) => `${key.target} ${key.key}`}
        onOpen={(key) => void setOpen([key.target, key.key])}
        selected={open?.join(' ')}
        empty={
          isNarrowed([list]) ? (
            <NoneMatch lists={[list]} noun={HOT_WORDS} />
          ) : (
            <Empty
              title="No key stands out yet"
              config={'targets:\n  - { kind: redis, name: cache-a, url: redis://127.0.0.1:6379, role: cache, monitor: bursts }'}
            >
              <p>
                Hot keys are counted from short bursts of MONITOR or watch: 3 000 commands or 300 ms, longer only while few come, never on a
                busy server, where the server itself counts if it can (HOTKEYS). Of each command only the key, the sizes and the client are
                kept, never a value.
              </p>
            </Empty>
          )
        }
      />
      <More list={list} />
      {open && <HotKeySheet target={open[0]} name={open[1]} onClose={() => void setOpen(null)} />}
    </>
  )
}
