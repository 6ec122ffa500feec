'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { parseAsStringEnum, useQueryState } from 'nuqs'
import { toast } from 'sonner'
import { path, post, sayError } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { useClock } from '@/components/frame/live.tsx'
import { inScope, useScope } from '@/components/frame/Scope.tsx'
import { usePages } from '@/components/frame/usePages.ts'
import { Button } from '@/components/ui/button.tsx'
import { Empty } from '@/components/ui/empty.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { More } from '@/components/ui/more.tsx'
import { PageHead, Section } from '@/components/ui/page.tsx'
import { Status } from '@/components/ui/status.tsx'
import { type Column, Table } from '@/components/ui/table.tsx'
import { Tabs } from '@/components/ui/tabs.tsx'
import { ago, safe } from '@/lib/format/format.ts'
import type { BigKeyView, HotKeyView, KeyPatternView } from '@/lib/model/answers/key.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import type { TargetView } from '@/lib/model/answers/target.ts'

type Props = { hot: Page<HotKeyView>; big: Page<BigKeyView>; patterns: Page<KeyPatternView>; targets: Page<TargetView> }
const TABS = ['hot', 'big', 'patterns'] as const

/** Which keys carry the load, which carry the memory, and what prefixes there are. Names are untrusted bytes: shown escaped. */
export function KeysPage({ hot, big, patterns, targets }: Props) {
  const [tab, setTab] = useQueryState('tab', parseAsStringEnum([...TABS]).withDefault('hot'))
  return (
    <>
      <PageHead title="Keys" lead="Shares are of the reads of their own target, with the 95 % interval of the sample they rest on." />
      <Consents targets={targets} />
      <Tabs
        label="Keys"
        value={tab}
        onChange={(id) => void setTab(TABS.find((one) => one === id) ?? 'hot')}
        tabs={[
          { id: 'hot', label: 'Hot', content: <HotKeys initial={hot} /> },
          { id: 'big', label: 'Big', content: <BigKeys initial={big} /> },
          { id: 'patterns', label: 'Patterns', content: <Patterns initial={patterns} /> },
        ]}
      />
    </>
  )
}

const METHOD: Record<HotKeyView['method'], string> = {
  monitor: 'MONITOR bursts',
  hotkeys: 'HOTKEYS',
  lfu: 'LFU class',
  'access-log': 'access log',
}

function HotKeys({ initial }: { initial: Page<HotKeyView> }) {
  const [scope] = useScope()
  const now = useClock(5_000)
  const list = usePages<HotKeyView>(['keys', 'hot'], 'keys/hot', { initialData: initial, everyMs: 3_000, all: scope !== '' })
  const columns: Column<HotKeyView>[] = [
    { id: 'hot', head: '', cell: (key) => (key.hot ? <Status tone="warning">hot</Status> : null) },
    { id: 'key', head: 'Key', grow: true, cell: (key) => <code className="font-mono text-xs">{safe(key.key, 120)}</code> },
    { id: 'target', head: 'Target', from: 'sm', cell: (key) => <TargetLink name={key.target} /> },
    {
      id: 'share',
      head: 'Share of reads',
      right: true,
      sort: (key) => key.share,
      cell: (key) => <Figure value={key.share} unit="ratio" low={key.low} high={key.high} />,
    },
    {
      id: 'rate',
      head: 'Reads',
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
        <span className="text-dim" title={`${key.lines} commands seen`}>
          {METHOD[key.method]}
        </span>
      ),
    },
    { id: 'at', head: 'Seen', right: true, from: 'lg', cell: (key) => (now ? ago(Date.parse(key.at), now) : '') },
  ]
  return (
    <>
      <Table
        label="Hot keys"
        main
        hold
        columns={columns}
        rows={list.items.filter((key) => inScope(scope, [safe(key.key), key.target], { target: key.target }))}
        rowKey={(key) => `${key.target} ${key.key}`}
        empty={
          <Empty
            title="No key stands out yet"
            config={'targets:\n  - { kind: redis, name: cache-a, url: redis://127.0.0.1:6379, role: cache, monitor: bursts }'}
          >
            <p>
              Hot keys are counted from short MONITOR bursts: 3 000 commands or 100 ms, longer only while few come, never on a busy server.
              Of each command only the key, the sizes and the client are kept, never a value.
            </p>
          </Empty>
        }
      />
      <More list={list} />
    </>
  )
}

function BigKeys({ initial }: { initial: Page<BigKeyView> }) {
  const [scope] = useScope()
  const list = usePages<BigKeyView>(['keys', 'big'], 'keys/big', { initialData: initial, everyMs: 15_000, all: scope !== '' })
  return (
    <>
      <Table
        label="Big keys"
        columns={[
          { id: 'key', head: 'Key', grow: true, cell: (key) => <code className="font-mono text-xs">{safe(key.key, 120)}</code> },
          { id: 'type', head: 'Type', from: 'sm', cell: (key) => <span className="text-dim">{key.type}</span> },
          { id: 'target', head: 'Target', from: 'sm', cell: (key) => <TargetLink name={key.target} /> },
          { id: 'bytes', head: 'Memory', right: true, sort: (key) => key.bytes, cell: (key) => <Figure value={key.bytes} unit="bytes" /> },
        ]}
        rows={list.items.filter((key) => inScope(scope, [safe(key.key), key.target], { target: key.target }))}
        rowKey={(key) => `${key.target} ${key.key}`}
        empty={
          <Empty title="No big key has been sampled">
            <p>A few keys a second are sampled and measured; those that hold far more memory than the rest stand here.</p>
          </Empty>
        }
      />
      <More list={list} />
    </>
  )
}

function Patterns({ initial }: { initial: Page<KeyPatternView> }) {
  const [scope] = useScope()
  const list = usePages<KeyPatternView>(['keys', 'patterns'], 'keys/patterns', { initialData: initial, everyMs: 15_000, all: scope !== '' })
  return (
    <>
      <Table
        label="Key patterns"
        columns={[
          {
            id: 'pattern',
            head: 'Pattern',
            grow: true,
            cell: (one) => <code className="font-mono text-xs">{safe(one.pattern, 120)}</code>,
          },
          { id: 'target', head: 'Target', from: 'sm', cell: (one) => <TargetLink name={one.target} /> },
          {
            id: 'share',
            head: 'Share of keys',
            right: true,
            sort: (one) => one.share,
            cell: (one) => <Figure value={one.share} unit="ratio" low={one.low} high={one.high} />,
          },
          {
            id: 'bytes',
            head: 'Mean size',
            right: true,
            from: 'md',
            cell: (one) => <Figure value={one.bytesMean} unit="bytes" because="sizes are not sampled" />,
          },
          {
            id: 'ttl',
            head: 'TTL left, median',
            right: true,
            from: 'sm',
            cell: (one) => (
              <Figure value={one.ttlMsMedian === null ? null : one.ttlMsMedian / 1000} unit="seconds" because="these keys do not expire" />
            ),
          },
        ]}
        rows={list.items.filter((one) => inScope(scope, [safe(one.pattern), one.target], { target: one.target }))}
        rowKey={(one) => `${one.target} ${one.pattern}`}
        empty={
          <Empty title="No patterns yet">
            <p>Prefixes are learned from the keys that the TTL sample walks over; it needs a cache with some thousand keys.</p>
          </Empty>
        }
      />
      <More list={list} />
    </>
  )
}

const TargetLink = ({ name }: { name: string }) => (
  <Go href={`/targets/${encodeURIComponent(name)}`} className={linkLook}>
    {safe(name, 60)}
  </Go>
)

/** Targets that wait for a word before MONITOR bursts may run. */
function Consents({ targets }: { targets: Page<TargetView> }) {
  const client = useQueryClient()
  const list = usePages<TargetView>(['targets'], 'targets', { initialData: targets, everyMs: 10_000, all: true })
  const allow = useMutation({
    mutationFn: ({ target, allow }: { target: string; allow: 'hour' | 'always' }) => post(path`targets/${target}/monitor`, { allow }),
    onError: (error) => toast.error('Bursts are not allowed', { description: sayError(error) }),
    onSettled: () => void client.invalidateQueries({ queryKey: ['targets'] }),
  })
  const asking = list.items.filter((target) => target.monitor === 'ask' && target.state === 'up')
  if (asking.length === 0) return null
  return (
    <Section>
      <ul className="flex flex-col gap-2">
        {asking.map((target) => (
          <li
            key={target.name}
            className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded border border-info/40 bg-info-soft px-3 py-2 text-sm"
          >
            <span className="min-w-0 flex-1 basis-80">
              <Status tone="info">Asks first</Status> To name the hot keys of {safe(target.name, 60)}, Evenkeel would listen to its commands
              in bursts of at most 3 000 commands or 100 ms, longer only while few come, up to a second: 2 to 3 µs of its CPU for each
              command heard, about 200 a second. Values are dropped at once.
            </span>
            <Button onClick={() => allow.mutate({ target: target.name, allow: 'hour' })} busy={allow.isPending}>
              Allow for an hour
            </Button>
            <Button onClick={() => allow.mutate({ target: target.name, allow: 'always' })} busy={allow.isPending}>
              Allow for good
            </Button>
          </li>
        ))}
      </ul>
    </Section>
  )
}
