'use client'
import { useMemo, useState } from 'react'
import { path } from '@/components/frame/api.ts'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { EditOutcomeLater } from '@/components/rings/EditOutcomeLater.ts'
import { Section } from '@/components/ui/page.tsx'
import { safe } from '@/lib/format/format.ts'
import type { LabSource } from '@/lib/lab/source.ts'
import { type LabState, printOf } from '@/lib/lab/state.ts'
import { BenchActions } from './BenchActions.tsx'
import { BenchCircle } from './BenchCircle.tsx'
import { Lookup } from './Lookup.tsx'
import { NodeEditor } from './NodeEditor.tsx'
import { RingSettings } from './RingSettings.tsx'
import { Unowned } from './Unowned.tsx'
import { type BenchState, useBench } from './useBench.ts'
import type { PutLab } from './useLabLink.ts'

type Props = { state: LabState; source: LabSource; put: PutLab; large: boolean }

/** One ring in the lab: its circle and nodes, what an edit would do, and where keys are. */
export function Bench({ state, source: fresh, put, large }: Props) {
  const bench = useBench(state, fresh, put)
  const { source, changed, fine, compared, shown, keep } = bench
  const [lit, setLit] = useState<string | null>(null)
  return (
    <>
      {state.print !== null && changed && state.print !== printOf(bench.before) && (
        <Warning>The ring is not as it was when this link was made: the edit is shown against how it is now.</Warning>
      )}
      {large && <Warning>This ring is too large for an address: share it by “As text”. It is gone when the page is left.</Warning>}
      <Section title={titleOf(source)} note={noteOf(bench)} actions={<BenchActions bench={bench} put={put} />}>
        <div className="grid items-start gap-6 lg:grid-cols-[260px_minmax(0,1fr)]">
          <BenchCircle bench={bench} lit={lit} />
          <div className="flex min-w-0 flex-col gap-4">
            <RingSettings bench={bench} />
            <Nodes bench={bench} onLight={setLit} />
          </div>
        </div>
      </Section>
      {changed && fine && compared && (
        <Section title="What it would do">
          <EditOutcomeLater source={source} after={shown} compared={compared} />
        </Section>
      )}
      <Section title="Look up keys">
        <Lookup
          keys={state.keys}
          onChange={(keys) => keep({ keys })}
          found={fine && compared ? compared.found : []}
          changed={changed}
          popular={source.popular}
        />
      </Section>
    </>
  )
}

/** The table of nodes, and what its shares leave out. */
function Nodes({ bench, onLight }: { bench: BenchState; onLight: (name: string | null) => void }) {
  const { source, described, editing, before, after, edit, problem, changed, fine, compared, editsNow } = bench
  const namesPrint = JSON.stringify([...new Set([...before.nodes, ...after.nodes].map(({ name }) => name))])
  const names = useMemo<string[]>(() => JSON.parse(namesPrint), [namesPrint])
  return (
    <>
      <NodeEditor
        spec={editing}
        onChange={edit}
        problem={problem}
        names={names}
        unit={described ? null : source.unit}
        onLight={onLight}
        changed={changed && fine}
        shares={(name) => ({
          owned: compared?.ownedBefore.get(name),
          ownedAfter: compared?.ownedAfter.get(name),
          seen: compared?.seenBefore?.get(name),
          seenAfter: compared?.seenAfter?.get(name),
        })}
      />
      {fine && compared && <Unowned spec={editing} shares={editsNow ? compared.ownedBefore : compared.ownedAfter} />}
      {!described && !source.seen && (
        <p className="text-dim text-sm">
          The {source.unit} of every node must be seen before shares by traffic are known; until then the keys alone count.
        </p>
      )}
    </>
  )
}

const Warning = ({ children }: { children: string }) => <p className="px-4 py-1 text-sm text-warning-text">{children}</p>

/** The name of the ring or pool, as a link to its page. */
function titleOf({ setBy, title }: LabSource) {
  if (setBy === null) return 'A described ring'
  const href = setBy.is === 'ring' ? path`/rings/${setBy.name}` : path`/pools/${setBy.target}/${setBy.name}`
  return (
    <Go href={href} className={linkLook}>
      {safe(title, 80)}
    </Go>
  )
}

function noteOf({ changed, described }: BenchState): string {
  if (changed) return 'as you changed it; nothing is written'
  return described ? 'a ring that no program runs: describe it, then change it' : 'change anything to see what would move'
}
